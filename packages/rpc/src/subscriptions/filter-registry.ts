import { PreparedJson, RpcError } from '@poai/api'
import type { LogFilter } from '@poai/chain'
import type { Clock, Hex, Unsubscribe } from '@poai/core'
import type { LogQuestion } from '../methods/eth/logs.ts'
import type { ChainFeed } from './chain-feed.ts'
import { newSubscriptionId } from './subscription-id.ts'

/** Filters of all clients together. */
const MAX_FILTERS = 1000
/** A filter that is not asked for is removed after this, as in geth. */
const IDLE_MS = 5 * 60_000
/** Results that wait in one filter: a client that does not fetch them loses it. */
const MAX_WAITING = 10_000

/** What a filter tells of. */
export type FilterKind =
  | { readonly kind: 'blocks' }
  | { readonly kind: 'transactions' }
  | { readonly kind: 'logs'; readonly filter: LogFilter; readonly question: Partial<LogQuestion> }

interface Filter {
  readonly what: FilterKind
  readonly unsubscribe: Unsubscribe
  /** As JSON. */
  waiting: string[]
  askedMs: number
}

/** Collects what happens until a client asks, for clients that cannot be notified. */
export class FilterRegistry {
  readonly #feed: ChainFeed
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #filters = new Map<string, Filter>()

  constructor(feed: ChainFeed, clock: Pick<Clock, 'nowMs'>) {
    this.#feed = feed
    this.#clock = clock
  }

  add(what: FilterKind): Hex {
    this.#dropIdle()
    if (this.#filters.size >= MAX_FILTERS) throw new RpcError('limitExceeded', 'too many filters: use a subscription')
    const id = newSubscriptionId()
    const filter: Filter = { what, waiting: [], askedMs: this.#clock.nowMs(), unsubscribe: this.#follow(id, what) }
    this.#filters.set(id, filter)
    return id
  }

  /** What happened since the last time: a list. */
  changes(id: string): PreparedJson {
    const filter = this.#require(id)
    const { waiting } = filter
    filter.waiting = []
    return new PreparedJson(`[${waiting.join(',')}]`)
  }

  /** What a filter looks for. */
  kindOf(id: string): FilterKind {
    return this.#require(id).what
  }

  remove(id: string): boolean {
    this.#filters.get(id)?.unsubscribe()
    return this.#filters.delete(id)
  }

  #require(id: string): Filter {
    this.#dropIdle()
    const filter = this.#filters.get(id)
    if (filter === undefined) throw new RpcError('serverError', 'filter not found')
    filter.askedMs = this.#clock.nowMs()
    return filter
  }

  #follow(id: string, what: FilterKind): Unsubscribe {
    const push = (found: readonly string[]): void => this.#push(id, found)
    switch (what.kind) {
      case 'transactions':
        return this.#feed.onTransactionHash((text) => push([text]))
      case 'blocks':
        return this.#feed.onBlockHashes(push)
      case 'logs':
        return this.#feed.onLogs(what.filter, push)
    }
  }

  #push(id: string, found: readonly string[]): void {
    const filter = this.#filters.get(id)
    if (filter === undefined) return
    if (filter.waiting.length + found.length > MAX_WAITING) this.remove(id)
    else filter.waiting.push(...found)
  }

  #dropIdle(): void {
    const oldestMs = this.#clock.nowMs() - IDLE_MS
    for (const [id, { askedMs }] of this.#filters) if (askedMs < oldestMs) this.remove(id)
  }
}
