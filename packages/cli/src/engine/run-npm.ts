import { execFile } from 'node:child_process'
import { basename } from 'node:path'

/** How npm ended, and what it said. */
export interface NpmResult {
  /** Undefined if it could not be started. */
  readonly code: number | undefined
  readonly output: string
}

/** Runs npm in a folder. */
export type RunNpm = (args: readonly string[], folder: string, signal: AbortSignal) => Promise<NpmResult>

/** npm prints at most a line for each package. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024

/** Runs the npm that started this program, or the one on the path. Rejects only when `signal` aborts. */
export const runNpm: RunNpm = (args, folder, signal) => {
  const { command, prefix, shell } = npmCommand()
  return new Promise((resolve, reject) => {
    execFile(
      command,
      [...prefix, ...args],
      { cwd: folder, signal, shell, maxBuffer: MAX_OUTPUT_BYTES, windowsHide: true },
      (error, stdout, stderr) => {
        if (signal.aborted) return reject(signal.reason)
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined
        resolve({ code, output: `${stdout}${stderr}`.trim() })
      },
    )
  })
}

/** How npm is started. */
export interface NpmCommand {
  readonly command: string
  readonly prefix: readonly string[]
  readonly shell: boolean
}

/** How to start the npm that started this program, or the one on the path. */
export function npmCommand({
  env,
  execPath,
  platform,
}: Pick<NodeJS.Process, 'env' | 'execPath' | 'platform'> = process): NpmCommand {
  const script = env['npm_execpath']
  if (script !== undefined && basename(script) === 'npm-cli.js') {
    return { command: env['npm_node_execpath'] ?? execPath, prefix: [script], shell: false }
  }
  // Node starts .cmd files only through a shell; the arguments are constants, without any path among them.
  return platform === 'win32'
    ? { command: 'npm.cmd', prefix: [], shell: true }
    : { command: 'npm', prefix: [], shell: false }
}
