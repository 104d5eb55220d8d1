import { type Address, type Hash32, hex, toAddress, toHash32, uintToBytes } from '@poai/core'
import type { BlockHashLookup } from '../evm/block-environment.ts'
import { hasCode, NEW_ACCOUNT } from '../state/account.ts'
import { ExecutionError } from '../state/execution-error.ts'
import type { WorldState } from '../state/world-state.ts'

/** EIP-2935: the contract that keeps hashes of blocks, at the address that it has on Ethereum. */
export const HISTORY_CONTRACT: Address = toAddress(hex('0x0000f90827f1c53a10cb7a02335b175320002935'))
/** Of EIP-2935. Anyone may ask it for a hash; nobody sends as the system, so nobody else writes. */
export const HISTORY_CODE: Uint8Array = hex(
  '0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500',
)
/** Hashes that it keeps: the next one takes the place of the oldest. */
const KEPT_HASHES = 8_191n
const WORD_BYTES = 32

/** The beginning of a block. */
export interface BlockBeginning {
  readonly number: bigint
  readonly blockHash: BlockHashLookup
}

/**
 * Keeps the hash of the block's parent in the state (EIP-2935), before its transactions: what the system call would
 * write. On Ethereum a transaction without a chain id put the contract there, which no block here can hold: so the
 * first block that needs it puts it there.
 */
export function keepParentHash(world: WorldState, { number, blockHash }: BlockBeginning): void {
  const parent = number - 1n
  const hash = blockHash(parent)
  if (hash === undefined) {
    throw new ExecutionError('EXECUTION_STATE_MISSING', 'the hash of the parent is missing', {
      actual: `nothing at number ${parent}`,
    })
  }
  if (!hasCode(world.account(HISTORY_CONTRACT) ?? NEW_ACCOUNT)) deploy(world)
  world.setSlot(HISTORY_CONTRACT, slotOf(parent), withoutLeadingZeros(hash))
  world.endTransaction()
}

function deploy(world: WorldState): void {
  world.setCode(HISTORY_CONTRACT, HISTORY_CODE)
  // As after a creation (EIP-161).
  world.setAccount(HISTORY_CONTRACT, { ...(world.account(HISTORY_CONTRACT) ?? NEW_ACCOUNT), nonce: 1n })
}

function slotOf(number: bigint): Hash32 {
  return toHash32(uintToBytes(number % KEPT_HASHES, WORD_BYTES))
}

function withoutLeadingZeros(hash: Hash32): Uint8Array {
  const first = hash.findIndex((byte) => byte !== 0)
  return first === -1 ? new Uint8Array(0) : hash.slice(first)
}
