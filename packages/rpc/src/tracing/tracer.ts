import type { Hash32, JsonValue } from '@poai/core'
import type { StateReader, TraceHooks, TransactionTrace } from '@poai/execution'

/** The outcome of an execution, and what it read and changed. */
export type Traced = Omit<TransactionTrace, 'index'>

/** Watches one execution, and describes it in the form that a client asked for. */
export interface Tracer<Told = JsonValue> {
  readonly hooks: TraceHooks
  result(traced: Traced): Told
}

/** A mined transaction that is traced. */
export interface MinedPlace {
  readonly blockHash: Hash32
  readonly blockNumber: bigint
  readonly transactionHash: Hash32
  readonly index: number
}

/** Where a tracer works. */
export interface TracerPlace {
  /** The state on which the execution begins, for code. */
  readonly state: Pick<StateReader, 'code'>
  /** Undefined for a call that nobody sent. */
  readonly mined: MinedPlace | undefined
  /** Counts characters of the answer. Throws if it becomes too long. */
  readonly grow: (characters: number) => void
}
