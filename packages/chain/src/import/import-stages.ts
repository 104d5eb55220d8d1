import { type Clock, Emitter, type Hash32, type Logger, type Subscribe } from '@poai/core'
import type { ImportOutcome } from './import-outcome.ts'

/** The block that a stage works on. */
export interface StageBlock {
  readonly number: bigint
  readonly hash: Hash32
}

interface Finished<Stage extends string, Outcome extends string> extends StageBlock {
  readonly stage: Stage
  /** When it began, in Unix time. */
  readonly beganMs: number
  readonly durationMs: number
  readonly end: { readonly outcome: Outcome } | { readonly error: unknown }
}

/**
 * A part of a block's import that is over. The import contains the other two. One that several callers wait for is told
 * once for each of them.
 */
export type FinishedStage =
  | Finished<'import', ImportOutcome['kind']>
  | Finished<'replay', 'valid'>
  | Finished<'execution', 'done'>

type Ends<Stage extends FinishedStage['stage']> = Extract<FinishedStage, { readonly stage: Stage }>['end']

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

  async runImport(block: StageBlock, work: () => Promise<ImportOutcome>): Promise<ImportOutcome> {
    const tell = this.#begin('import', block)
    return settle(work, ({ kind }) => kind, tell)
  }

  async runReplay(block: StageBlock, work: () => Promise<void>): Promise<void> {
    const tell = this.#begin('replay', block)
    return settle(work, () => 'valid', tell)
  }

  async runExecution<T>(block: StageBlock, work: () => Promise<T>): Promise<T> {
    const tell = this.#begin('execution', block)
    return settle(work, () => 'done', tell)
  }

  #begin<Stage extends FinishedStage['stage']>(stage: Stage, { number, hash }: StageBlock): (end: Ends<Stage>) => void {
    const [beganMs, began] = [this.#clock.nowMs(), performance.now()]
    return (end) => {
      const times = { beganMs, durationMs: performance.now() - began }
      this.#finished.emit({ stage, number, hash, ...times, end } as FinishedStage)
    }
  }
}

async function settle<T, Outcome extends string>(
  work: () => Promise<T>,
  outcomeOf: (result: T) => Outcome,
  tell: (end: { readonly outcome: Outcome } | { readonly error: unknown }) => void,
): Promise<T> {
  try {
    const result = await work()
    tell({ outcome: outcomeOf(result) })
    return result
  } catch (error) {
    tell({ error })
    throw error
  }
}
