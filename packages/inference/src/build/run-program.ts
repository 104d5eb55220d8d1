import { execFile } from 'node:child_process'

/** What a program printed; `code` is undefined where it could not be started. */
export interface ProgramResult {
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

export interface RunProgramOptions {
  readonly cwd?: string
  readonly signal?: AbortSignal
  /** Priority, from 0 as this process's to 19, for the program and all that it starts; where the system knows `nice`. Default 0. */
  readonly niceness?: number
  /** Added to the environment. */
  readonly variables?: Readonly<Record<string, string>>
}

/** Compilers print little; a listing of symbols has thousands of lines. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024

/** Runs a program to its end, without a shell. Rejects only when `signal` aborts. */
export function runProgram(
  program: string,
  args: readonly string[],
  { cwd, signal, niceness = 0, variables }: RunProgramOptions = {},
): Promise<ProgramResult> {
  const isPolite = niceness > 0 && process.platform !== 'win32'
  return new Promise((resolve, reject) => {
    execFile(
      isPolite ? 'nice' : program,
      isPolite ? ['-n', String(niceness), program, ...args] : args,
      { cwd, signal, maxBuffer: MAX_OUTPUT_BYTES, env: { ...process.env, LC_ALL: 'C', ...variables } },
      (error, stdout, stderr) => {
        if (signal?.aborted) return reject(signal.reason)
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined
        resolve({ code, stdout, stderr })
      },
    )
  })
}
