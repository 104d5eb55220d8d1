import { type Address, type Hash32, hash32, utf8ToBytes } from '@poai/core'

/** What code can ask about the block that it runs in. */
export interface BlockEnvironment {
  readonly number: bigint
  /** Unix time in seconds. */
  readonly timestamp: bigint
  /** Gets the tips and the reward. */
  readonly beneficiary: Address
  readonly gasLimit: bigint
  readonly baseFeePerGas: bigint
  /** See {@link prevRandaoOf}. */
  readonly prevRandao: Hash32
}

/** The hash of the block with that number on the chain below the current block; undefined where it is not known. */
export type BlockHashLookup = (number: bigint) => Hash32 | undefined

/** Keeps this hash apart from every other. */
const RANDAO_DOMAIN: Uint8Array = utf8ToBytes('poai/randao/1')

/**
 * What PREVRANDAO answers: a hash of the parent. The parent's seal is in its hash, so nobody knows it before the parent
 * is mined; its miner could withhold a block whose value it dislikes, at the price of that block's reward. The block's
 * own transcript cannot be used: it exists only after execution.
 */
export function prevRandaoOf(parentHash: Hash32): Hash32 {
  return hash32(RANDAO_DOMAIN, parentHash)
}
