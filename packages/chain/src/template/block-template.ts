import {
  type ChainContext,
  gasLimitBefore,
  latestPastTimestamp,
  nextBaseFee,
  nextEpochKey,
  nextTarget,
  subsidy,
} from '@poai/consensus'
import {
  type Address,
  answersRoot,
  type Block,
  type Body,
  defined,
  equalBytes,
  type Hash32,
  type NetworkParams,
  type RuleTable,
  rulesAt,
  type Seal,
  type SealedHeader,
  transactionsRoot,
} from '@poai/core'
import { type AnswerSource, type Execution, prevRandaoOf } from '@poai/execution'
import type { ChainDatabase } from '../database/chain-database.ts'
import { parentStateOf } from '../import/execute-block.ts'
import type { MempoolView } from '../mempool/mempool.ts'
import { createPace } from '../pace/pace.ts'
import { answersInTime } from './answers-in-time.ts'
import { fillBlock } from './fill-block.ts'
import { SlowTransactions } from './slow-transactions.ts'

/** What a miner chooses for a block. */
export interface TemplateRequest {
  readonly beneficiary: Address
  readonly extraData: Uint8Array
  /** By the miner's clock, Unix time in seconds. The block gets the earliest allowed time if that is later. */
  readonly nowSeconds: bigint
  /** The gas limit moves towards this from block to block. */
  readonly gasLimitGoal: bigint
  readonly signal?: AbortSignal
}

/** A block that lacks only its seal. */
export interface BlockTemplate {
  readonly header: SealedHeader
  readonly body: Body
  /** The key under which exams for it are drawn. */
  readonly epochKey: Hash32
}

/** What templates are made from. */
export interface TemplateDependencies {
  readonly params: NetworkParams
  readonly database: Pick<ChainDatabase, 'head' | 'header' | 'canonicalHash' | 'state' | 'nodes'>
  readonly mempool: Pick<MempoolView, 'priceOrder'>
  readonly execution: Pick<Execution, 'buildBlock'>
  /** Answers what contracts ask of models. Left out: transactions that ask are not in templates. */
  readonly answers?: AnswerSource
  /** What earlier templates found out. */
  readonly slow?: SlowTransactions
}

/**
 * The gas limit of a block after one with `parentLimit`: as near to the goal as one step allows (less than 1/divisor).
 */
export function nextGasLimit(
  { gas }: Pick<RuleTable, 'gas'>,
  { parentLimit, goal }: { readonly parentLimit: bigint; readonly goal: bigint },
): bigint {
  const from = gasLimitBefore(gas, parentLimit)
  const step = from / gas.limitDivisor - 1n
  const wanted = goal < gas.minLimit ? gas.minLimit : goal
  if (wanted > from) return wanted - from < step ? wanted : from + step
  return from - wanted < step ? wanted : from - step
}

/**
 * The best block after the head, by tips. If the head moves meanwhile, what was read does not belong together: it is
 * thrown away and begun anew, as often as it takes.
 */
export async function buildBlockTemplate(
  dependencies: TemplateDependencies,
  request: TemplateRequest,
): Promise<BlockTemplate> {
  for (;;) {
    request.signal?.throwIfAborted()
    const head = dependencies.database.head()
    const isStale = (): boolean => !equalBytes(dependencies.database.head().hash, head.hash)
    try {
      const template = await buildOn(dependencies, request, head)
      if (!isStale()) return template
    } catch (error) {
      if (!isStale()) throw error
    }
  }
}

/** The block of a template that work was done for. Import judges it like a stranger's. */
export function sealBlock({ header, body }: BlockTemplate, { transcriptRoot, lossMicroNats, nonce }: Seal): Block {
  return { header: { ...header, transcriptRoot, lossMicroNats, nonce }, body }
}

async function buildOn(
  { params, database, mempool, execution, answers: source, slow = new SlowTransactions() }: TemplateDependencies,
  request: TemplateRequest,
  head: ChainContext,
): Promise<BlockTemplate> {
  const { beneficiary, extraData } = request
  const rules = rulesAt(params, head.number + 1n)
  const earliest = latestPastTimestamp(params, head) + 1n
  const fixed = {
    parentHash: head.hash,
    beneficiary,
    target: nextTarget(params, head),
    number: head.number + 1n,
    gasLimit: nextGasLimit(rules, { parentLimit: head.gasLimit, goal: request.gasLimitGoal }),
    timestamp: request.nowSeconds < earliest ? earliest : request.nowSeconds,
    // A fork may leave less room than the miner's setting takes.
    extraData: extraData.subarray(0, rules.limits.extraDataBytes),
    baseFeePerGas: nextBaseFee(params, head),
  }
  const pace = createPace()
  const inTime = source && answersInTime(source, { signal: request.signal })
  const builder = await execution.buildBlock({
    ...parentStateOf(database),
    environment: { ...fixed, prevRandao: prevRandaoOf(head.hash) },
    blockHash: (number) => database.canonicalHash(number),
    reward: subsidy(params, fixed.number),
    pause: pace.pause,
    answers: inTime,
  })
  // What others do while this rests, and what models take, is not counted as its own time.
  const waitedMs = (): number => inTime?.waitedMs ?? 0
  const nowMs = (): number => performance.now() - pace.restedMs - waitedMs()
  await fillBlock(builder, { mempool, slow, gasLimit: fixed.gasLimit, signal: request.signal, nowMs, waitedMs })
  const { transactions, answers, outcome } = builder.finish()
  const { stateRoot, receiptsRoot, logsBloom, gasUsed } = outcome
  return {
    header: {
      ...fixed,
      stateRoot,
      transactionsRoot: transactionsRoot(transactions),
      receiptsRoot,
      logsBloom,
      gasUsed,
      ...defined({ answersRoot: answers && answersRoot(answers) }),
    },
    body: { transactions, ...defined({ answers }) },
    epochKey: nextEpochKey(params, head),
  }
}
