import type { Chain, FinishedStage } from '@poai/chain'
import { bytesToHex, type Logger, RuleError, type Unsubscribe } from '@poai/core'

/**
 * Logs each stage of a block's life at the debug level, as tracing tools expect it: when it began, how long it took,
 * and how it ended. The block's hash names the trace.
 */
export function logStageSpans(chain: Pick<Chain, 'onStage'>, logger: Pick<Logger, 'debug'>): Unsubscribe {
  return chain.onStage((finished) => {
    const { stage, number, hash, beganMs, durationMs } = finished
    logger.debug('Span', {
      span: stage,
      number,
      trace: bytesToHex(hash),
      startMs: beganMs,
      durationMs: Math.round(durationMs * 100) / 100,
      outcome: outcomeOf(finished),
    })
  })
}

function outcomeOf({ end }: FinishedStage): string {
  if ('error' in end) return end.error instanceof RuleError ? end.error.code : 'undecided'
  return end.outcome
}
