import type { Clock } from '@poai/core'
import { MinerError } from '../miner-error.ts'
import { type DeskClient, OWN_CLIENT } from './desk-client.ts'
import type { FarmVerdict, RateReport } from './farm-job.ts'

/** What a desk knows about a worker. */
export interface FarmWorker {
  readonly name: string
  readonly lastSeenMs: number
  /** By its own account. */
  readonly attemptsPerSecond: number
  readonly tokensPerSecond: number
  readonly workers: number
  /** Jobs that it was given. */
  readonly jobs: number
  /** What became of its solutions. */
  readonly verdicts: Readonly<Partial<Record<FarmVerdict, number>>>
}

interface Entry {
  readonly name: string
  readonly client: string
  lastSeenMs: number
  attemptsPerSecond: number
  tokensPerSecond: number
  workers: number
  jobs: number
  readonly verdicts: Partial<Record<FarmVerdict, number>>
  invalidInRow: number
  refusedUntilMs: number
}

/** Names cost nothing: a flood of them must not fill the memory. */
const MAX_WORKERS = 256
/** A worker reports every ten seconds and polls more often: after a minute of silence it is gone. */
const SILENCE_MS = 60_000
/** Solutions in a row that cost a replay and were wrong. One could be a flipped bit. */
const MAX_INVALID_IN_ROW = 3
/** Long enough to look at the machine. */
const REFUSAL_MS = 60_000

/** The workers of a desk, in the order in which they were last seen. */
export class WorkerRegistry {
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #entries = new Map<string, Entry>()

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock
  }

  /** Those seen in the last minute. */
  list(): readonly FarmWorker[] {
    const since = this.#clock.nowMs() - SILENCE_MS
    return [...this.#entries.values()]
      .filter(({ lastSeenMs }) => lastSeenMs >= since)
      .map(({ invalidInRow: _row, refusedUntilMs: _until, client: _client, ...worker }) => ({
        ...worker,
        verdicts: { ...worker.verdicts },
      }))
  }

  gaveJob(name: string, client: DeskClient = OWN_CLIENT): void {
    this.#seen(name, client).jobs++
  }

  report({ worker, attemptsPerSecond, tokensPerSecond, workers }: RateReport, client: DeskClient = OWN_CLIENT): void {
    Object.assign(this.#seen(worker, client), { attemptsPerSecond, tokensPerSecond, workers })
  }

  isRefused(name: string, client: DeskClient = OWN_CLIENT): boolean {
    return this.#seen(name, client).refusedUntilMs > this.#clock.nowMs()
  }

  judged(name: string, verdict: FarmVerdict, client: DeskClient = OWN_CLIENT): void {
    const entry = this.#seen(name, client)
    entry.verdicts[verdict] = (entry.verdicts[verdict] ?? 0) + 1
    if (verdict === 'accepted' || verdict === 'side') entry.invalidInRow = 0
    if (verdict !== 'invalid') return
    entry.invalidInRow++
    if (entry.invalidInRow < MAX_INVALID_IN_ROW) return
    entry.invalidInRow = 0
    entry.refusedUntilMs = this.#clock.nowMs() + REFUSAL_MS
  }

  /** A name belongs to its client: nobody can get another's refused, or take its place. */
  #seen(name: string, { name: client }: DeskClient): Entry {
    const key = `${client} ${name}`
    const entry = this.#entries.get(key) ?? this.#add(name, client)
    entry.lastSeenMs = this.#clock.nowMs()
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry
  }

  #add(name: string, client: string): Entry {
    if (this.#entries.size >= MAX_WORKERS) this.#makeRoom(client)
    return {
      ...{ name, client, lastSeenMs: 0, attemptsPerSecond: 0, tokensPerSecond: 0, workers: 0, jobs: 0, verdicts: {} },
      ...{ invalidInRow: 0, refusedUntilMs: 0 },
    }
  }

  /**
   * Makes room at the cost of silent workers, or of a client that has more names than this one, never of those that
   * work.
   */
  #makeRoom(client: string): void {
    const [oldest] = this.#entries
    if (oldest !== undefined && oldest[1].lastSeenMs < this.#clock.nowMs() - SILENCE_MS) {
      this.#entries.delete(oldest[0])
      return
    }
    const counts = new Map<string, number>()
    for (const entry of this.#entries.values()) counts.set(entry.client, (counts.get(entry.client) ?? 0) + 1)
    const [greedy] = [...counts].sort(([, a], [, b]) => b - a)
    if (greedy !== undefined && greedy[1] > (counts.get(client) ?? 0) + 1) {
      for (const [key, entry] of this.#entries) {
        if (entry.client !== greedy[0]) continue
        this.#entries.delete(key)
        return
      }
    }
    throw new MinerError('MINER_BUSY', 'too many workers', {
      expected: `at most ${MAX_WORKERS}`,
      actual: 'one more',
      hint: 'give workers of one machine one name',
    })
  }
}
