import { type Clock, Emitter, type Hash32, type Logger, type Subscribe } from '@poai/core'
import type { ImportOutcome } from './import-outcome.ts'

/** A part of a block's import that takes time. The import itself contains the other two. */
export type ImportStage = 'import' | 'replay' | 'execution'

/** The block that a stage works on. */
export interface StageBlock {
  readonly number: bigint
  readonly hash: Hash32
}

interface Stage<Name extends ImportStage> extends StageBlock {
  readonly stage: Name
}

/** A stage that is over. An import that several callers wait for is told once for each of them. */
export interface FinishedStage extends Stage<ImportStage> {
  /** When it began, in Unix time. */
  readonly beganMs: number
  readonly durationMs: number
  /** How it ended: what became of the block, or what the stage threw. */
  readonly end: { readonly outcome: ImportOutcome['kind'] | 'done' } | { readonly error: unknown }
}

/** Tells listeners of each stage of each import, whoever asked for it: orphans that follow their parents too. */
export class ImportStages {
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #finished: Emitter<FinishedStage>

  constructor({ clock, logger }: { readonly clock: Pick<Clock, 'nowMs'>; readonly logger: Pick<Logger, 'error'> }) {
    this.#clock = clock
    this.#finished = new Emitter('import stage', logger)
  }

  get onFinished(): Subscribe<FinishedStage> {
    return this.#finished.subscribe
  }

  /** Does the work of an import. */
  async runImport(block: StageBlock, work: () => Promise<ImportOutcome>): Promise<ImportOutcome> {
    return this.#run({ ...block, stage: 'import' }, work, ({ kind }) => kind)
  }

  /** Does the work of a stage within an import. */
  async run<T>(stage: Stage<'replay' | 'execution'>, work: () => Promise<T>): Promise<T> {
    return this.#run(stage, work, () => 'done')
  }

  async #run<T>(
    { stage, number, hash }: Stage<ImportStage>,
    work: () => Promise<T>,
    outcomeOf: (result: T) => ImportOutcome['kind'] | 'done',
  ): Promise<T> {
    const [beganMs, began] = [this.#clock.nowMs(), performance.now()]
    const tell = (end: FinishedStage['end']): void =>
      this.#finished.emit({ stage, number, hash, beganMs, durationMs: performance.now() - began, end })
    try {
      const result = await work()
      tell({ outcome: outcomeOf(result) })
      return result
    } catch (error) {
      tell({ error })
      throw error
    }
  }
}
