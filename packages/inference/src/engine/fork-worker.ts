import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { keepLastWords } from './last-words.ts'
import { lowerPriority } from './lower-priority.ts'
import type { WorkerListener, WorkerProcess } from './worker-process.ts'
import type { FromWorker } from './worker-protocol.ts'

/** How long the end of a process may be held back for the rest of its error output. */
const LAST_WORDS_WAIT_MS = 100

/**
 * The only variables a worker sees. Anything else could change its bits (`GLIBC_TUNABLES`, `GGML_BACKEND_PATH`,
 * `LD_PRELOAD`, `NODE_LLAMA_CPP_…`) or Node's behaviour (`NODE_OPTIONS`) from outside.
 */
const PASSED_VARIABLES = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH']

const runsFromSource = import.meta.url.endsWith('.ts')
const entry = fileURLToPath(new URL(runsFromSource ? './worker-main.ts' : './worker-main.js', import.meta.url))

/** What can be chosen about a worker process. */
export interface ForkOptions {
  /** The process's priority, from 0 (its parent's) to 19: everything else on the machine goes first. */
  readonly niceness: number
}

/** Starts a worker as a child process of this one. */
export function forkWorker({ niceness }: ForkOptions, listener: WorkerListener): WorkerProcess {
  const child = fork(entry, [], {
    execArgv: runsFromSource ? ['--conditions=source', '--disable-warning=ExperimentalWarning'] : [],
    env: passedEnvironment(),
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  lowerPriority(child.pid, niceness)
  const lastWords = keepLastWords(child.stderr)
  let gone = false
  const end = (code: number | null, signal: string | null, words: string): void => {
    if (gone) return
    gone = true
    listener.onExit({ code, signal, lastWords: words })
  }
  child.on('message', (message: FromWorker) => {
    if (!gone) listener.onMessage(message)
  })
  // 'close' comes once the error output has been read to its end, but a grandchild can hold that open, so the wait is
  // bounded.
  child.on('exit', (code, signal) => {
    const drained = (): void => end(code, signal, lastWords())
    child.once('close', drained)
    setTimeout(drained, LAST_WORDS_WAIT_MS).unref()
  })
  // 'error' without a process: it could not be started at all. (Other errors are failed sends and kills.)
  child.on('error', (error) => {
    if (child.pid === undefined) end(null, null, error.message)
  })
  return {
    pid: child.pid,
    // A send to a process that has just died fails; its exit, which follows, is what tells the owner.
    send: (message) => void (child.connected && child.send(message, () => {})),
    kill: () => void child.kill('SIGKILL'),
  }
}

function passedEnvironment(): NodeJS.ProcessEnv {
  const passed: NodeJS.ProcessEnv = {}
  for (const name of PASSED_VARIABLES) {
    const value = process.env[name]
    if (value !== undefined) passed[name] = value
  }
  return passed
}
