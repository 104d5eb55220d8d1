import { type Address, type InferenceAnswer, invariant, type Transaction } from '@poai/core'
import type { BlockEnvironment, BlockHashLookup } from '../evm/block-environment.ts'
import { createMachine, type Machine, type MachineTools } from '../evm/create-machine.ts'
import type { MessageOutcome } from '../evm/run-message.ts'
import type { Pause } from '../evm/step-pacer.ts'
import { answersOfBody } from '../inference/body-answers.ts'
import type { StateChanges } from '../state/state-changes.ts'
import type { StateReader } from '../state/state-reader.ts'
import { type StateReads, WorldState } from '../state/world-state.ts'
import { applyTransaction, type SentTransaction } from '../transaction/apply-transaction.ts'
import { runWatched } from './run-watched.ts'
import type { TraceHooks } from './trace-hooks.ts'

/** A block that was valid once, to be executed again. */
export interface TraceBlockInput {
  /** After the block's parent. */
  readonly state: StateReader
  readonly environment: BlockEnvironment
  readonly blockHash: BlockHashLookup
  /** From the block's first on, as far as is of interest: the rest may be left out. */
  readonly transactions: readonly Transaction[]
  /** Of each transaction. */
  readonly senders: readonly Address[]
  /** Of the block's body: all of them, whatever transactions are left out. */
  readonly answers?: readonly InferenceAnswer[] | undefined
  /** Hooks for a transaction that is to be watched; undefined for one that only has to be executed before others. */
  readonly hooksFor: (index: number, transaction: Transaction) => TraceHooks | undefined
  /** Looked at between transactions. */
  readonly signal?: AbortSignal
  /** See `MachinePlace`. */
  readonly pause?: Pause | undefined
}

/** A watched transaction. */
export interface TransactionTrace {
  /** In its block. */
  readonly index: number
  readonly outcome: MessageOutcome
  /** Logs of the transactions before it. */
  readonly logsBefore: number
  /** What it read of the state before it, fees and all. */
  readonly reads: StateReads
  /** What it changed, fees and all. */
  readonly changes: StateChanges
}

/**
 * Executes transactions again, each watched one twice: once on a world of its own, so that what it read and changed is
 * seen apart from what came before, and once for those after it. Throws a `RuleError` if the transactions do not belong
 * to that state.
 */
export async function traceBlock(tools: MachineTools, input: TraceBlockInput): Promise<readonly TransactionTrace[]> {
  const { state, environment, blockHash, transactions, senders, hooksFor, signal, pause } = input
  invariant(transactions.length === senders.length, 'every transaction has its sender')
  const answers = input.answers && answersOfBody(input.answers)
  const machineOver = (world: WorldState): Promise<Machine> =>
    createMachine({ tools, world, environment, blockHash, pause, answers })
  const before = new WorldState(state)
  tools.rules.beginBlock(before, { number: environment.number, blockHash })
  const machine = await machineOver(before)
  const traces: TransactionTrace[] = []
  let gasLeft = environment.gasLimit
  let logsBefore = 0
  for (const [index, transaction] of transactions.entries()) {
    signal?.throwIfAborted()
    const sent: SentTransaction = { transaction, sender: senders[index] as Address }
    const hooks = hooksFor(index, transaction)
    if (hooks !== undefined) {
      const world = new WorldState(machine.world.asReader())
      const outcome = await applyTransaction(await machineOver(world), sent, { gasLeft, run: runWatched(hooks) })
      traces.push({ index, outcome, logsBefore, reads: world.reads(), changes: world.changes() })
    }
    if (index + 1 === transactions.length) break
    const { gasUsed, logs } = await applyTransaction(machine, sent, { gasLeft })
    gasLeft -= gasUsed
    logsBefore += logs.length
  }
  return traces
}

/**
 * Executes transactions again, each once, and lets some of them be watched: for those who want to know what happened,
 * and not what each transaction alone read and changed. Returns what became of all.
 */
export async function watchBlock(tools: MachineTools, input: TraceBlockInput): Promise<readonly MessageOutcome[]> {
  const { state, environment, blockHash, transactions, senders, hooksFor, signal, pause } = input
  invariant(transactions.length === senders.length, 'every transaction has its sender')
  const world = new WorldState(state)
  tools.rules.beginBlock(world, { number: environment.number, blockHash })
  const answers = input.answers && answersOfBody(input.answers)
  const machine = await createMachine({ tools, world, environment, blockHash, pause, answers })
  const outcomes: MessageOutcome[] = []
  let gasLeft = environment.gasLimit
  for (const [index, transaction] of transactions.entries()) {
    signal?.throwIfAborted()
    const sent: SentTransaction = { transaction, sender: senders[index] as Address }
    const hooks = hooksFor(index, transaction)
    const options = hooks === undefined ? { gasLeft } : { gasLeft, run: runWatched(hooks) }
    const outcome = await applyTransaction(machine, sent, options)
    gasLeft -= outcome.gasUsed
    outcomes.push(outcome)
  }
  return outcomes
}
