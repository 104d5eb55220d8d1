import {
  type Address,
  defined,
  type InferenceAnswer,
  invariant,
  type NetworkParams,
  RuleError,
  type RuleSchedule,
  type Rules,
  rulesAt,
  type Transaction,
} from '@poai/core'
import { type BlockBuilder, createBlockBuilder } from './block/block-builder.ts'
import { type BlockInput, type BlockOutcome, openBlock } from './block/block-session.ts'
import { type EstimateInput, estimateGas, type GasEstimate } from './call/estimate-gas.ts'
import { type CallInput, type CallOutcome, executeCall } from './call/execute-call.ts'
import { type SimulatedBlock, type SimulatedPlace, simulateBlock } from './call/simulate-block.ts'
import type { BlockEnvironment } from './evm/block-environment.ts'
import type { MachineTools } from './evm/create-machine.ts'
import { createEvmCommon } from './evm/evm-common.ts'
import { MachinePool } from './evm/machine-pool.ts'
import type { PairingElsewhere } from './evm/resting-precompiles.ts'
import type { MessageOutcome } from './evm/run-message.ts'
import type { AnswerSource } from './inference/answer-source.ts'
import { answersOfBody } from './inference/body-answers.ts'
import { recordAnswers } from './inference/record-answers.ts'
import { RULE_SETS } from './rule-sets.ts'
import { type TraceBlockInput, type TransactionTrace, traceBlock, watchBlock } from './trace/trace-block.ts'

/** A block to execute. */
export interface ExecuteBlockInput extends BlockInput {
  readonly transactions: readonly Transaction[]
  /** Of each transaction, as `recoverSender` or a `SenderRecovery` found them. */
  readonly senders: readonly Address[]
  /** Of the block's body: all that its contracts ask, and nothing else. Due where the rules name models. */
  readonly answers?: readonly InferenceAnswer[] | undefined
  /** Looked at between transactions. */
  readonly signal?: AbortSignal
}

/** A block to build. */
export interface BuildBlockInput extends BlockInput {
  /** Asked once for each call that the block's contracts make; without it, transactions that make one are left out. */
  readonly answers?: AnswerSource | undefined
}

/**
 * The state transition of one network: Ethereum without blobs and beacon chain (ADR 13), by the rule set of the height
 * of the block that is executed, or that a call is said to be in.
 */
export interface Execution {
  /**
   * Judges and executes a block. Throws a `RuleError` if one of its transactions cannot stand where it stands, or its
   * answers are not those that they ask for.
   */
  executeBlock(input: ExecuteBlockInput): Promise<BlockOutcome>
  /** Begins a block for a miner: the same transition, with transactions that do not fit left out. */
  buildBlock(input: BuildBlockInput): Promise<BlockBuilder>
  /** Runs a message without keeping what it does. */
  executeCall(input: CallInput): Promise<CallOutcome>
  /** Finds the least gas limit, or nearly so, with which a message succeeds. */
  estimateGas(input: EstimateInput): Promise<GasEstimate>
  /** Begins a simulated block and lends it to `work`. */
  simulateBlock<T>(place: SimulatedPlace, work: (block: SimulatedBlock) => Promise<T>): Promise<T>
  /** Executes transactions of a block again, and lets some of them be watched. Keeps nothing. */
  traceBlock(input: TraceBlockInput): Promise<readonly TransactionTrace[]>
  /** The same for half the price: tells what became of each transaction, but not what it read and changed. */
  watchBlock(input: TraceBlockInput): Promise<readonly MessageOutcome[]>
}

export interface ExecutionTools {
  /** Where long pairings are computed; left out: on this thread, without a pause. */
  readonly pairing?: PairingElsewhere
}

/** What a rule set is executed with. */
interface Workshop {
  /** Of the heights that it serves: those that differ in neither member share it. */
  readonly rules: Pick<Rules, 'hardfork' | 'inference'>
  readonly tools: MachineTools
  readonly machines: MachinePool
}

interface InBlock {
  readonly environment: Pick<BlockEnvironment, 'number'>
}

/** Makes the state transition for a network. Holds no state: blocks and calls may run side by side. */
export function createExecution(
  params: Pick<NetworkParams, 'chainId'> & RuleSchedule,
  { pairing }: ExecutionTools = {},
): Execution {
  const workshops: Workshop[] = []
  const at = ({ environment }: InBlock): Workshop => {
    const { hardfork, inference } = rulesAt(params, environment.number)
    const known = workshops.find(({ rules }) => rules.hardfork === hardfork && rules.inference === inference)
    if (known !== undefined) return known
    const rules = RULE_SETS[hardfork]
    const tools = { rules, common: createEvmCommon(params.chainId, rules), inference, pairing }
    const workshop = { rules: { hardfork, ...defined({ inference }) }, tools, machines: new MachinePool(tools) }
    workshops.push(workshop)
    return workshop
  }
  return {
    async executeBlock(input) {
      const { transactions, senders, signal, answers, ...block } = input
      const { tools } = at(input)
      invariant(transactions.length === senders.length, 'every transaction has its sender')
      requireDue(tools, answers)
      const table = answers && answersOfBody(answers)
      const session = await openBlock(tools, { ...block, answers: table })
      for (const [index, transaction] of transactions.entries()) {
        signal?.throwIfAborted()
        await session.apply({ transaction, sender: senders[index] as Address })
      }
      table?.finish()
      return session.finish()
    },
    async buildBlock(input) {
      const { limits } = rulesAt(params, input.environment.number)
      const { tools } = at(input)
      const record = recordAnswers(input.answers)
      const session = await openBlock(tools, { ...input, answers: record })
      return createBlockBuilder(session, {
        maxBodyBytes: limits.bodyBytes,
        rules: tools.rules.transactions,
        inference: tools.inference,
        record,
      })
    },
    executeCall: (input) => executeCall(at(input).machines, input),
    estimateGas: (input) => estimateGas(at(input).machines, input),
    simulateBlock: (place, work) => simulateBlock(at(place), place, work),
    traceBlock: (input) => traceBlock(at(input).tools, input),
    watchBlock: (input) => watchBlock(at(input).tools, input),
  }
}

/** The rules of bodies see to this; here it keeps a damaged body from being anything else than a bad one. */
function requireDue({ inference }: Pick<MachineTools, 'inference'>, answers: ExecuteBlockInput['answers']): void {
  if ((answers === undefined) === (inference === undefined)) return
  throw new RuleError('EXECUTION_ANSWERS', 'a body has answers where its rules name models, and nowhere else', {
    expected: inference === undefined ? 'no answers' : 'answers',
    actual: answers === undefined ? 'none' : `${answers.length} answers`,
  })
}
