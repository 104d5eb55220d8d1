import {
  type ChainContext,
  extendContext,
  genesisContext,
  type HeaderInContext,
  medianTimestamp,
  nextBaseFee,
  nextTarget,
} from '@poai/consensus'
import { devnet, EMPTY_TRIE_ROOT, genesisHeader, type Header, type NetworkParams, rulesAt } from '@poai/core'
import { calllessDevnet } from '@poai/testing/chain'

/**
 * The devnet with a short memory of everything, so that a chain of some blocks meets every rule, and without models
 * that contracts call.
 */
export const sampleParams: NetworkParams = {
  ...calllessDevnet,
  name: 'sample',
  work: { ...devnet.work, epochBlocks: 4n },
  gas: { ...devnet.gas, initialLimit: 30_000_000n },
  time: { medianSpan: 11, maxFutureSeconds: 15 },
  difficulty: {
    initialTarget: 1n << 240n,
    easiestTarget: 1n << 248n,
    spacingSeconds: 5,
    halfLifeSeconds: 50,
  },
  rewards: { initialWei: 1000n, halvingBlocks: 10n },
  genesis: { ...devnet.genesis, accounts: [] },
}

/** A header that keeps all rules after `context`, mined on schedule, with some members changed. */
export function childHeader(
  context: ChainContext,
  changes: Partial<Header> = {},
  params: NetworkParams = sampleParams,
): Header {
  return {
    ...genesisHeader(params),
    parentHash: context.hash,
    number: context.number + 1n,
    timestamp: context.timestamp + BigInt(rulesAt(params, context.number + 1n).difficulty.spacingSeconds),
    target: nextTarget(params, context),
    gasLimit: context.gasLimit,
    gasUsed: 0n,
    baseFeePerGas: nextBaseFee(params, context),
    transactionsRoot: EMPTY_TRIE_ROOT,
    extraData: new Uint8Array(0),
    ...changes,
  }
}

/** The chain after so many blocks; `changesOf` says how each differs from one on schedule. */
export function growChain(
  blocks: number,
  changesOf: (number: bigint, parent: ChainContext) => Partial<Header> = () => ({}),
  params: NetworkParams = sampleParams,
): ChainContext {
  let context = genesisContext(params)
  for (let i = 0; i < blocks; i++) {
    context = extendContext(params, context, childHeader(context, changesOf(context.number + 1n, context), params))
  }
  return context
}

/** A chain of 20 blocks with uneven timestamps and gas, so that no two of its figures are equal by accident. */
export const sampleContext: ChainContext = growChain(20, (number, parent) => ({
  timestamp: medianTimestamp(parent.recentTimestamps) + 26n + ((number * 7n) % 5n),
  gasUsed: 14_000_000n + number * 100_000n,
}))

/** A good header after {@link sampleContext}, at the time at which it was made. */
export const sampleSubject: HeaderInContext = {
  params: sampleParams,
  context: sampleContext,
  header: childHeader(sampleContext),
  nowSeconds: sampleContext.timestamp + 5n,
}
