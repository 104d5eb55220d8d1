import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { WorkerListener, WorkerProcess } from '../engine/worker-process.ts'
import type { FromWorker } from '../engine/worker-protocol.ts'
import type { ThreadData } from './thread-main.ts'

/** What can be chosen about a thread. */
export interface StartThreadOptions {
  /** The WebAssembly module. */
  readonly moduleFile: string
  /** The thread's priority, from 0 as its process's to 19, where the system has one for each thread. */
  readonly niceness: number
}

const runsFromSource = import.meta.url.endsWith('.ts')
const entry = fileURLToPath(new URL(runsFromSource ? './thread-main.ts' : './thread-main.js', import.meta.url))

/** Starts a worker of the WebAssembly module as a thread of this process. */
export function startThread(options: StartThreadOptions, listener: WorkerListener): WorkerProcess {
  const thread = new Worker(entry, {
    execArgv: runsFromSource ? ['--conditions=source', '--disable-warning=ExperimentalWarning'] : [],
    env: {},
    workerData: options satisfies ThreadData,
  })
  let lastWords = ''
  let isKilled = false
  thread.on('message', (message: FromWorker) => listener.onMessage(message))
  thread.on('error', (error) => {
    lastWords = error instanceof Error ? error.message : String(error)
  })
  thread.on('exit', (code) => {
    listener.onExit(isKilled ? { code: null, signal: 'SIGKILL', lastWords } : { code, signal: null, lastWords })
  })
  return {
    pid: undefined,
    send: (message) => thread.postMessage(message),
    kill: () => {
      isKilled = true
      void thread.terminate()
    },
  }
}
