import type { FromWorker, ToWorker } from './worker-protocol.ts'

/** How a worker ended. */
export interface WorkerExit {
  readonly code: number | null
  readonly signal: string | null
  /** The last lines of its error output: what it said before it aborted. */
  readonly lastWords: string
}

/** What a worker tells its owner. `onExit` comes once and last. */
export interface WorkerListener {
  onMessage(message: FromWorker): void
  onExit(exit: WorkerExit): void
}

/** A running worker, as a slot sees it: a process or a thread; tests bring their own. */
export interface WorkerProcess {
  readonly pid: number | undefined
  send(message: ToWorker): void
  /** Ends it at once, whatever it is doing; `onExit` follows. */
  kill(): void
}

/** Starts a worker. */
export type LaunchWorker = (listener: WorkerListener) => WorkerProcess
