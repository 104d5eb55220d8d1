/**
 * What the exit codes of all commands mean. Scripts rely on them.
 *
 * - `done`: the command did what it was asked to, and any check passed.
 * - `refuted`: the command worked, and the answer is no: bits differ, a file is not the model, a fault was found.
 * - `usage`: the command line or the configuration is wrong; nothing was done.
 * - `failed`: something outside the program failed: a missing file, no network, no memory. Trying again may help.
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
