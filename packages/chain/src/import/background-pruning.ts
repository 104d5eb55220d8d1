import type { Logger } from '@poai/core'
import type { ChainDatabase } from '../database/chain-database.ts'
import type { TaskQueue } from './task-queue.ts'

/** What pruning between imports needs. */
export interface BackgroundPruningDependencies {
  readonly database: Pick<ChainDatabase, 'pruneMore' | 'branchHorizon'>
  /** The one by which everything is written. */
  readonly writer: TaskQueue
  readonly logger: Pick<Logger, 'debug'>
  /** Branches below this height are gone. */
  onPruned(branchHorizon: bigint): void
}

/** Lets go of what became final all at once, in small commits between imports, so that none waits for long. */
export class BackgroundPruning {
  readonly #dependencies: BackgroundPruningDependencies
  #isRunning = false

  constructor(dependencies: BackgroundPruningDependencies) {
    this.#dependencies = dependencies
  }

  /**
   * Prunes until nothing is left; does nothing if it is already running. Never rejects: the next head goes on with what
   * was interrupted.
   */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    const { database, writer, logger, onPruned } = this.#dependencies
    try {
      while (await writer.run(() => database.pruneMore(), { priority: 'sync', signal }))
        onPruned(database.branchHorizon())
    } catch (error) {
      logger.debug('Pruning was interrupted', { error })
    } finally {
      this.#isRunning = false
    }
  }
}
