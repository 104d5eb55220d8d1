import { spawn } from 'node:child_process'

export interface ProgramOptions {
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
}

/** A program that hangs is killed after this. */
const LIMIT_MS = 120_000
/** How much of the begin and of the end of what it says is shown when it fails. */
const SHOWN_CHARACTERS = 250

/** Runs a program to its end, and resolves to its output. Rejects with what it said if it fails. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env = {} }: ProgramOptions,
): Promise<string> {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  })
  const text = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.out += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.err += chunk
  })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  child.once('error', reject)
  child.once('close', (code, signal) => {
    if (code === 0) return resolve(text.out.trim())
    const words = `${text.err}\n${text.out}`.trim()
    const isLong = words.length > 2 * SHOWN_CHARACTERS
    const shown = isLong ? `${words.slice(0, SHOWN_CHARACTERS)} … ${words.slice(-SHOWN_CHARACTERS)}` : words
    reject(new Error(`${args.slice(0, 2).join(' ')} ended with ${code ?? signal}: ${shown}`))
  })
  return promise
}
