import type { Clock } from '@poai/core'
import { MinerError } from '../miner-error.ts'
import type { RateReport, WorkVerdict } from './work-job.ts'

/** What a desk knows of a worker. */
export interface FarmWorker {
  readonly name: string
  readonly lastSeenMs: number
  /** As it says itself. */
  readonly attemptsPerSecond: number
  readonly tokensPerSecond: number
  readonly workers: number
  /** Jobs that it was given. */
  readonly jobs: number
  /** What became of its solutions. */
  readonly verdicts: Readonly<Partial<Record<WorkVerdict, number>>>
}

interface Entry {
  readonly name: string
  lastSeenMs: number
  attemptsPerSecond: number
  tokensPerSecond: number
  workers: number
  jobs: number
  readonly verdicts: Partial<Record<WorkVerdict, number>>
  invalidInRow: number
  refusedUntilMs: number
}

/** Names are free: a flood of them must not fill the memory. */
const MAX_WORKERS = 256
/** A worker reports every ten seconds and polls more often: after a minute of silence it is gone. */
const SILENCE_MS = 60_000
/** Solutions in a row that cost a replay and were wrong. One could be a flipped bit. */
const MAX_INVALID_IN_ROW = 3
/** Long enough to look at the machine. */
const REFUSAL_MS = 60_000

/** Who works for a desk, in the order of being seen last. */
export class WorkerRegistry {
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #entries = new Map<string, Entry>()

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock
  }

  /** Those that were seen in the last minute. */
  list(): readonly FarmWorker[] {
    const since = this.#clock.nowMs() - SILENCE_MS
    return [...this.#entries.values()]
      .filter(({ lastSeenMs }) => lastSeenMs >= since)
      .map(({ invalidInRow: _row, refusedUntilMs: _until, ...worker }) => ({
        ...worker,
        verdicts: { ...worker.verdicts },
      }))
  }

  gaveJob(name: string): void {
    this.#seen(name).jobs++
  }

  report({ worker, attemptsPerSecond, tokensPerSecond, workers }: RateReport): void {
    Object.assign(this.#seen(worker), { attemptsPerSecond, tokensPerSecond, workers })
  }

  isRefused(name: string): boolean {
    return this.#seen(name).refusedUntilMs > this.#clock.nowMs()
  }

  judged(name: string, verdict: WorkVerdict): void {
    const entry = this.#seen(name)
    entry.verdicts[verdict] = (entry.verdicts[verdict] ?? 0) + 1
    if (verdict === 'accepted' || verdict === 'side') entry.invalidInRow = 0
    if (verdict !== 'invalid') return
    entry.invalidInRow++
    if (entry.invalidInRow < MAX_INVALID_IN_ROW) return
    entry.invalidInRow = 0
    entry.refusedUntilMs = this.#clock.nowMs() + REFUSAL_MS
  }

  #seen(name: string): Entry {
    const nowMs = this.#clock.nowMs()
    const entry = this.#entries.get(name) ?? this.#add(name)
    entry.lastSeenMs = nowMs
    this.#entries.delete(name)
    this.#entries.set(name, entry)
    return entry
  }

  #add(name: string): Entry {
    if (this.#entries.size >= MAX_WORKERS) this.#forgetSilent()
    return {
      ...{ name, lastSeenMs: 0, attemptsPerSecond: 0, tokensPerSecond: 0, workers: 0, jobs: 0, verdicts: {} },
      ...{ invalidInRow: 0, refusedUntilMs: 0 },
    }
  }

  /** Makes room, but not at the cost of those that work. */
  #forgetSilent(): void {
    const [oldest] = this.#entries.values()
    if (oldest !== undefined && oldest.lastSeenMs < this.#clock.nowMs() - SILENCE_MS) {
      this.#entries.delete(oldest.name)
      return
    }
    throw new MinerError('MINER_BUSY', 'too many workers', {
      expected: `at most ${MAX_WORKERS}`,
      actual: 'one more',
      hint: 'give workers of one machine one name',
    })
  }
}
