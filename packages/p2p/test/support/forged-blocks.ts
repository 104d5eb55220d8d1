import {
  type ChainContext,
  claimedWorkHash,
  extendContext,
  meetsTarget,
  nextBaseFee,
  nextTarget,
} from '@poai/consensus'
import {
  type Block,
  genesisHeader,
  type Hash32,
  type Header,
  hash32,
  type NetworkParams,
  type SealedHeader,
  uintToBytes,
  ZERO_ADDRESS,
} from '@poai/core'

/**
 * A block that keeps every rule that is tried before the replay: hashes were ground for its claim, and no model was
 * run.
 */
export interface ForgedBlock {
  readonly block: Block
  readonly context: ChainContext
}

/** What makes a forged block another one. */
export interface ForgeryPlan {
  readonly salt: number
  readonly changes?: Partial<SealedHeader>
}

/** A child of `parent`, another one for each salt. */
export function forgeBlock(
  params: NetworkParams,
  parent: ChainContext,
  { salt, changes = {} }: ForgeryPlan,
): ForgedBlock {
  const empty = {
    ...genesisHeader(params),
    parentHash: parent.hash,
    beneficiary: ZERO_ADDRESS,
    target: nextTarget(params, parent),
    number: parent.number + 1n,
    gasLimit: parent.gasLimit,
    timestamp: parent.timestamp + BigInt(params.difficulty.spacingSeconds),
    extraData: uintToBytes(BigInt(salt), 8),
    baseFeePerGas: nextBaseFee(params, parent),
    lossMicroNats: 1n,
    ...changes,
  }
  const header = grind(empty, salt)
  return { block: { header, body: { transactions: [] } }, context: extendContext(params, parent, header) }
}

/** This many, each the child of the one before. */
export function forgeChain(params: NetworkParams, parent: ChainContext, length: number): readonly ForgedBlock[] {
  const blocks: ForgedBlock[] = []
  let tip = parent
  for (let index = 0; index < length; index++) {
    const forged = forgeBlock(params, tip, { salt: index })
    blocks.push(forged)
    tip = forged.context
  }
  return blocks
}

/** The same block with a claim that no model computed. */
export function forgeSeal({ header, body }: Block): Block {
  return { header: grind(header, 0), body }
}

function grind(empty: Omit<Header, 'transcriptRoot'>, salt: number): Header {
  for (let round = 0; ; round++) {
    const transcriptRoot: Hash32 = hash32(uintToBytes((BigInt(salt) << 64n) | BigInt(round), 32))
    const header: Header = { ...empty, transcriptRoot }
    if (meetsTarget(claimedWorkHash(header), header.target)) return header
  }
}
