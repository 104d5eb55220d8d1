/** How much of an attack is carried out: as much as a test has time for, or all that the claim is about. */
export type AttackSize = 'test' | 'full'

/** The outcome of an attack. */
export interface AttackOutcome {
  /** The figures, on one line. */
  readonly measured: string
  /** True if the node kept the bound. */
  readonly holds: boolean
}

/**
 * What strangers do to a node from outside, and what the node promises meanwhile. Each is a file
 * `test/attack/NAME.case.ts` of some package that exports `stranger`. The test beside it carries out a small version;
 * `npm run evidence -- strangers` carries out all of them in full.
 */
export interface StrangerCase {
  /** Its name on a command line. */
  readonly name: string
  /** What they do. */
  readonly attack: string
  /** What it did before there was a bound. */
  readonly before: string
  /** What must hold. */
  readonly bound: string
  run(size: AttackSize): Promise<AttackOutcome>
}
