/**
 * What the exit code of every command means: contract, for scripts.
 *
 * - `done`: what was asked for was done, and a check that was asked for held.
 * - `refuted`: the command worked, and the answer is no: bits that differ, a file that is not the model, a fault found.
 * - `usage`: the command line or the configuration is wrong; nothing was done.
 * - `failed`: the surroundings failed: a missing file, no network, no memory. Trying again may help.
 * - `interrupted`: stopped by Ctrl-C.
 */
export const EXIT_CODES: {
  readonly done: 0
  readonly refuted: 1
  readonly usage: 2
  readonly failed: 3
  readonly interrupted: 130
} = { done: 0, refuted: 1, usage: 2, failed: 3, interrupted: 130 }

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES]
