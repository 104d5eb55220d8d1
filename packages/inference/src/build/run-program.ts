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
  /** Added to the environment. */
  readonly variables?: Readonly<Record<string, string>>
}

/** Compilers print little; a listing of symbols has thousands of lines. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024

/** Runs a program to its end, without a shell. Rejects only when `signal` aborts. */
export function runProgram(
  program: string,
  args: readonly string[],
  { cwd, signal, variables }: RunProgramOptions = {},
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { cwd, signal, maxBuffer: MAX_OUTPUT_BYTES, env: { ...process.env, LC_ALL: 'C', ...variables } },
      (error, stdout, stderr) => {
        if (signal?.aborted) return reject(signal.reason)
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined
        resolve({ code, stdout, stderr })
      },
    )
  })
}
