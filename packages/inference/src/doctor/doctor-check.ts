/** One thing that a node needs from its surroundings, as `poai doctor` shows it. */
export interface DoctorCheck {
  /** What was looked at, in two or three words. */
  readonly name: string
  readonly ok: boolean
  /** What was found, for a person. */
  readonly found: string
  /** What would be right, for a person. */
  readonly expected: string
  /** What to do about it; empty if all is well. */
  readonly hint: string
}

/** A check that keeps its hint only if it failed. */
export function toDoctorCheck(check: DoctorCheck): DoctorCheck {
  return check.ok ? { ...check, hint: '' } : check
}
