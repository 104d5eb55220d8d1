import { type DoctorCheck, toDoctorCheck } from './doctor-check.ts'

/** No release is older; a clock that says so has lost its battery. */
const EARLIEST_MS = Date.UTC(2026, 0, 1)

/**
 * How far the newest block that the node has accepted may be ahead of a correct clock: twice the rules' own limit of
 * 15 s.
 */
const TOLERANCE_MS = 30_000

export interface ClockEvidence {
  readonly nowMs: number
  /** Time of the newest block known, if any: blocks come from other people's clocks. */
  readonly newestBlockMs?: number
}

/** Whether the clock can be right: a wrong one makes the node refuse good blocks and mine bad ones. */
export function checkClock({ nowMs, newestBlockMs = EARLIEST_MS }: ClockEvidence): DoctorCheck {
  const earliestMs = Math.max(EARLIEST_MS, newestBlockMs - TOLERANCE_MS)
  return toDoctorCheck({
    name: 'clock',
    ok: nowMs >= earliestMs,
    found: new Date(nowMs).toISOString(),
    expected: `not before ${new Date(earliestMs).toISOString()}`,
    hint: 'Set the clock, and keep it set by NTP (timedatectl set-ntp true).',
  })
}
