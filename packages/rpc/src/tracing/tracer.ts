import type { JsonValue } from '@poai/core'
import type { MessageOutcome, TraceHooks, TransactionTrace } from '@poai/execution'

/** The outcome of an execution; calls that are not transactions have no reads and changes of their own. */
export interface Traced extends Partial<Pick<TransactionTrace, 'reads' | 'changes'>> {
  readonly outcome: MessageOutcome
}

/** Watches one execution, and describes it in the form that a client asked for. */
export interface Tracer {
  readonly hooks: TraceHooks
  result(traced: Traced): JsonValue
}
