import type { FromWorker, ToWorker } from './worker-protocol.ts'

/** How a worker process ended. */
export interface WorkerExit {
  readonly code: number | null
  readonly signal: string | null
  /** The last lines it wrote to its error output: what llama.cpp said before it aborted. */
  readonly lastWords: string
}

/** What a worker process tells its owner. `onExit` comes once and last. */
export interface WorkerListener {
  onMessage(message: FromWorker): void
  onExit(exit: WorkerExit): void
}

/** A running worker, as a slot sees it. The one implementation forks; tests bring their own. */
export interface WorkerProcess {
  readonly pid: number | undefined
  send(message: ToWorker): void
  /** Ends it at once, whatever it does; `onExit` follows. */
  kill(): void
}

/** Starts a worker process. */
export type LaunchWorker = (listener: WorkerListener) => WorkerProcess
