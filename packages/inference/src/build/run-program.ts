import { execFile } from 'node:child_process'

/** What a program printed; `code` is undefined if it could not be started. */
export interface ProgramResult {
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

export interface RunProgramOptions {
  readonly cwd?: string
  readonly signal?: AbortSignal
  /**
   * Priority, from 0 (this process's) to 19, for the program and all that it starts, if the system knows `nice`.
   * Default 0.
   */
  readonly niceness?: number
  /** Added to the environment. */
  readonly variables?: Readonly<Record<string, string>>
}

/** Runs a program to its end, without a shell. Rejects only when the signal aborts. */
export type RunProgram = (
  program: string,
  args: readonly string[],
  options?: RunProgramOptions,
) => Promise<ProgramResult>

/** Compilers print little; a listing of symbols has thousands of lines. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024

/** On this machine. */
export const runProgram: RunProgram = (program, args, { cwd, signal, niceness = 0, variables } = {}) => {
  const [command = program, ...rest] = nicely([program, ...args], niceness)
  const env = { ...process.env, LC_ALL: 'C', ...variables }
  return new Promise((resolve, reject) => {
    execFile(
      command,
      rest,
      { cwd, signal, maxBuffer: MAX_OUTPUT_BYTES, env, windowsHide: true },
      (error, stdout, stderr) => {
        if (signal?.aborted) return reject(signal.reason)
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined
        resolve({ code, stdout, stderr })
      },
    )
  })
}

/** A command at a lower priority. Windows has no `nice`. */
export function nicely(
  command: readonly string[],
  niceness: number,
  platform: NodeJS.Platform = process.platform,
): readonly string[] {
  return niceness > 0 && platform !== 'win32' ? ['nice', '-n', String(niceness), ...command] : command
}
