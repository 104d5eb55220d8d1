import { type RuleCode, type RuleError, verdictOf } from '@poai/core'
import type { Offence } from '../peers/offences.ts'

/** What only a replay can find. */
const REPLAY_CODES: ReadonlySet<RuleCode> = new Set<RuleCode>([
  'WORK_NOT_FINITE',
  'WORK_TRANSCRIPT_MISMATCH',
  'WORK_LOSS_MISMATCH',
  'ANSWER_MISMATCH',
])

/** True if it took replays to find the fault. */
export function isFailedReplay({ code }: RuleError): boolean {
  return REPLAY_CODES.has(code)
}

/** What a broken rule of a block says about whoever brought it; undefined where nobody is to blame. */
export function blockOffence(error: RuleError): Offence | undefined {
  if (isFailedReplay(error)) return 'failed-replay'
  const verdict = verdictOf(error)
  if (verdict === 'transient') return undefined
  return verdict === 'malicious' ? 'malicious-block' : 'invalid-block'
}

/**
 * The same for a block that came by gossip. Neighbours pass blocks on before they execute them, so a fault that only
 * execution finds says nothing about them; its maker has paid for it with the work of a block.
 */
export function gossipOffence(error: RuleError): Offence | undefined {
  return error.code.startsWith('EXECUTION_') ? undefined : blockOffence(error)
}
