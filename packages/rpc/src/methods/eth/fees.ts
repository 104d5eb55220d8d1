import {
  blockNumber,
  type Call,
  count,
  invalidParams,
  listOf,
  type Method,
  method,
  RESULTS,
  RpcError,
  required,
  SCHEMAS,
  shape,
  toQuantity,
  withDefault,
} from '@poai/api'
import type { FeeHistoryJson } from '@poai/api/client'
import { effectiveTip } from '@poai/chain'
import { nextBaseFee } from '@poai/consensus'
import { defined, type Hex } from '@poai/core'
import { BLOB_BASE_FEE, effectiveGasPrice } from '@poai/execution'
import type { SentBlock } from '../../chain-view.ts'
import type { MethodContext } from '../method-context.ts'

/** Blocks whose tips a suggestion is made from, as in geth. */
const SUGGESTION_BLOCKS = 20n
/** The share of those tips, cheapest first, that the suggestion beats, in percent. */
const SUGGESTION_PERCENTILE = 60
/** Where nobody pays tips, this one is enough: 1 gwei, which wallets show as a round number. */
const DEFAULT_TIP_WEI = 1_000_000_000n
const MAX_PERCENTILES = 100

const percentile = shape({ type: 'number', minimum: 0, maximum: 100 }, 'a number from 0 to 100', (value) =>
  typeof value === 'number' && value >= 0 && value <= 100 ? value : undefined,
)

/** What transactions pay, and should pay. */
export function feeMethods(context: MethodContext): readonly Method[] {
  const { chain, params } = context
  return [
    method({
      name: 'eth_gasPrice',
      summary: 'A gas price at which a transaction is mined soon',
      params: [],
      result: RESULTS.quantity,
      run: async (_, call) => toQuantity(nextBaseFee(params, chain.head()) + (await suggestTip(context, call))),
    }),
    method({
      name: 'eth_maxPriorityFeePerGas',
      summary: 'A tip with which a transaction is mined soon',
      params: [],
      result: RESULTS.quantity,
      run: async (_, call) => toQuantity(await suggestTip(context, call)),
    }),
    method({
      name: 'eth_baseFee',
      summary: 'The base fee of the next block',
      params: [],
      result: RESULTS.quantity,
      run: () => toQuantity(nextBaseFee(params, chain.head())),
    }),
    method({
      name: 'eth_blobBaseFee',
      summary: 'The least that Ethereum knows: there are no blobs here, and BLOBBASEFEE answers the same',
      params: [],
      result: RESULTS.quantity,
      run: () => toQuantity(BLOB_BASE_FEE),
    }),
    method({
      name: 'eth_feeHistory',
      summary: 'Base fees, fullness and tips of a range of blocks that ends with `newest`',
      cost: 20,
      params: [
        required('blockCount', count),
        required('newest', blockNumber),
        withDefault('percentiles', listOf(percentile, MAX_PERCENTILES), []),
      ],
      result: SCHEMAS.feeHistory,
      run: ([blocks, newest, percentiles], call) =>
        feeHistory(context, { blocks, newest: context.view.heightOf(newest), percentiles, call }),
    }),
  ]
}

export async function suggestTip({ chain, view }: MethodContext, call: Pick<Call, 'pause'>): Promise<bigint> {
  const newest = view.headNumber
  const oldest = newest < SUGGESTION_BLOCKS ? 1n : newest - SUGGESTION_BLOCKS + 1n
  const tips: bigint[] = []
  for (let number = newest; number >= oldest && number > 0n; number--) {
    const header = view.header({ kind: 'number', number })?.header
    if (header === undefined || header.gasUsed === 0n) continue
    const rest = call.pause()
    if (rest !== undefined) await rest
    // Without the senders, which are not needed here.
    const found = await chain.queries.block(number)
    for (const transaction of found?.body.transactions ?? []) {
      tips.push(effectiveTip(transaction, header.baseFeePerGas))
    }
  }
  tips.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return tips[Math.floor((tips.length * SUGGESTION_PERCENTILE) / 100)] ?? DEFAULT_TIP_WEI
}

interface FeeQuestion {
  readonly blocks: number
  readonly newest: bigint
  readonly percentiles: readonly number[]
  readonly call: Pick<Call, 'pause'>
}

async function feeHistory(context: MethodContext, question: FeeQuestion): Promise<FeeHistoryJson> {
  const { newest, percentiles, call } = question
  const { view, limits, params, chain } = context
  if (newest > view.headNumber) throw new RpcError('serverError', 'request beyond head block')
  const isRising = percentiles.every((value, index) => index === 0 || value > (percentiles[index - 1] ?? 0))
  if (!isRising) throw invalidParams('argument 2 (percentiles)', 'rising numbers')
  const wanted = BigInt(Math.min(question.blocks, limits.maxFeeHistoryBlocks))
  const oldest = newest + 1n > wanted ? newest + 1n - wanted : 0n
  const baseFees: Hex[] = []
  const ratios: number[] = []
  const rewards: (readonly Hex[])[] = []
  for (let number = oldest; number <= newest; number++) {
    const rest = call.pause()
    if (rest !== undefined) await rest
    const { header } = view.requireHeader({ kind: 'number', number })
    baseFees.push(toQuantity(header.baseFeePerGas))
    ratios.push(Number(header.gasUsed) / Number(header.gasLimit))
    if (percentiles.length > 0) rewards.push(await rewardsOf(context, number, percentiles))
  }
  if (wanted > 0n) {
    const last = view.requireHeader({ kind: 'number', number: newest }).header
    baseFees.push(
      toQuantity(newest === view.headNumber ? nextBaseFee(params, chain.head()) : nextBaseFee(params, last)),
    )
  }
  return {
    oldestBlock: toQuantity(oldest),
    baseFeePerGas: baseFees,
    gasUsedRatio: ratios,
    ...defined({ reward: percentiles.length > 0 ? rewards : undefined }),
  }
}

/** The tips at the percentiles of a block's gas. */
async function rewardsOf(
  context: MethodContext,
  number: bigint,
  percentiles: readonly number[],
): Promise<readonly Hex[]> {
  const found = await context.view.block({ kind: 'number', number })
  const receipts = found === undefined ? undefined : await context.chain.queries.receipts(found.hash)
  if (found === undefined || receipts === undefined || receipts.length === 0) return percentiles.map(() => '0x0')
  const tips = tipsOf(
    found,
    receipts.map(({ cumulativeGasUsed }) => cumulativeGasUsed),
  )
  return percentiles.map((share) => {
    const threshold = (found.header.gasUsed * BigInt(Math.round(share * 100))) / 10_000n
    let gas = 0n
    for (const { tip, gasUsed } of tips) {
      gas += gasUsed
      if (gas >= threshold) return toQuantity(tip)
    }
    return toQuantity(tips.at(-1)?.tip ?? 0n)
  })
}

interface PaidTip {
  readonly tip: bigint
  readonly gasUsed: bigint
}

/** Cheapest first. */
function tipsOf({ block, header }: SentBlock, cumulativeGas: readonly bigint[]): readonly PaidTip[] {
  const tips = block.body.transactions.map((transaction, index) => ({
    tip: effectiveGasPrice(transaction, header.baseFeePerGas) - header.baseFeePerGas,
    gasUsed: (cumulativeGas[index] ?? 0n) - (cumulativeGas[index - 1] ?? 0n),
  }))
  return tips.sort((a, b) => (a.tip < b.tip ? -1 : a.tip > b.tip ? 1 : 0))
}
