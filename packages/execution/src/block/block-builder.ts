import {
  type InferenceAnswer,
  type InferenceParams,
  invariant,
  MAX_BLOCK_ANSWERS,
  MAX_BLOCK_TRANSACTIONS,
  type Receipt,
  RuleError,
  type Transaction,
} from '@poai/core'
import { AnswerError } from '../inference/answer-source.ts'
import { GAS_PER_ANSWER_BYTE } from '../inference/inference-precompiles.ts'
import type { AnswerRecord } from '../inference/record-answers.ts'
import type { SentTransaction } from '../transaction/apply-transaction.ts'
import type { TransactionRules } from '../transaction/transaction-rules.ts'
import type { BlockOutcome, BlockSession } from './block-session.ts'

/** A block that a miner fills. */
export interface BlockBuilder {
  readonly gasUsed: bigint
  /** The body's encoding so far. */
  readonly bodyBytes: number
  /** Adds the transaction if it can be the next. If not, nothing has changed, and that is so after an error, too. */
  add(sent: SentTransaction): Promise<Added>
  /** The block with what was added. The builder is over then. */
  finish(): BuiltBlock
}

/** Whether a transaction is in, and why not. */
export type Added =
  | { readonly included: true; readonly receipt: Receipt }
  /**
   * It does not fit, or breaks a rule at this place, or what a model would answer is not known now; another may still
   * fit.
   */
  | { readonly included: false; readonly reason: 'size' | 'count' | RuleError | AnswerError }

/** Longer RLP items name the length of their length. */
const SHORT_LIMIT = 55

/** A block's content, and what it comes to. */
export interface BuiltBlock {
  readonly transactions: readonly Transaction[]
  /** What models said to its contracts; undefined where the rules name no models. */
  readonly answers: readonly InferenceAnswer[] | undefined
  readonly outcome: BlockOutcome
}

/** What a block is filled within, and with. */
export interface BuilderOptions {
  readonly maxBodyBytes: number
  readonly rules: Pick<TransactionRules, 'intrinsicGas'>
  readonly inference: InferenceParams | undefined
  /** What the session's contracts ask. */
  readonly record: AnswerRecord
}

/** The length of an RLP string or list with that much content (more than one byte). */
function withPrefix(length: number): number {
  let prefix = 1
  if (length > SHORT_LIMIT) for (let rest = length; rest > 0; rest >>= 8) prefix++
  return prefix + length
}

/** Fills a block by the same transition that judges blocks, within the network's limit on bodies. */
export function createBlockBuilder(
  session: BlockSession,
  { maxBodyBytes, rules, inference, record }: BuilderOptions,
): BlockBuilder {
  const transactions: Transaction[] = []
  const answerGas = inference && leastCallGas(inference)
  let listBytes = 0
  let finished = false
  const bodyBytesWith = (content: number, answers: number): number =>
    withPrefix(withPrefix(content) + (answerGas === undefined ? 0 : withPrefix(answers)))
  /** What the calls of a transaction may add to the body: they cost gas. */
  const mostAnswers = (transaction: Transaction): { readonly count: number; readonly bytes: number } => {
    const gas = transaction.gasLimit - rules.intrinsicGas(transaction)
    if (answerGas === undefined || gas < answerGas) return { count: 0, bytes: 0 }
    return { count: Number(gas / answerGas), bytes: Number(gas / GAS_PER_ANSWER_BYTE) }
  }
  return {
    get gasUsed(): bigint {
      return session.gasUsed
    },
    get bodyBytes(): number {
      return bodyBytesWith(listBytes, record.bytes)
    },
    async add(sent) {
      invariant(!finished, 'a finished block takes no transactions')
      const { transaction } = sent
      const most = mostAnswers(transaction)
      const isTooMany =
        transactions.length >= MAX_BLOCK_TRANSACTIONS || record.answers.length + most.count > MAX_BLOCK_ANSWERS
      if (isTooMany) return { included: false, reason: 'count' }
      const withIt = listBytes + withPrefix(transaction.bytes.length)
      if (bodyBytesWith(withIt, record.bytes + most.bytes) > maxBodyBytes) return { included: false, reason: 'size' }
      const answersBefore = record.answers.length
      try {
        const receipt = await session.apply(sent)
        transactions.push(transaction)
        listBytes = withIt
        return { included: true, receipt }
      } catch (error) {
        record.undo(answersBefore)
        if (error instanceof RuleError || error instanceof AnswerError) return { included: false, reason: error }
        throw error
      }
    },
    finish() {
      invariant(!finished, 'a block is finished once')
      finished = true
      return { transactions, answers: inference && record.answers, outcome: session.finish() }
    },
  }
}

/** What the cheapest call pays: one of an empty prompt, for one token. */
function leastCallGas({ models }: InferenceParams): bigint {
  const prices = models.map(({ baseGas, promptTokenGas, outputTokenGas }) => baseGas + promptTokenGas + outputTokenGas)
  return prices.reduce((least, price) => (price < least ? price : least))
}
