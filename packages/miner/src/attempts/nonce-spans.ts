import type { NonceSpan } from '@poai/consensus'

/**
 * Spans in a range of nonces: many for each lane, and of the usual 2^32 nonces each lasts minutes at thousands
 * of attempts a second.
 */
const SPANS_IN_RANGE = 4096n

/** Deals out a range of nonces in spans that do not overlap, and takes back what was not tried. */
export class NonceSpans {
  readonly #end: bigint
  readonly #length: bigint
  readonly #returned: NonceSpan[] = []
  #next: bigint

  constructor({ first, end }: NonceSpan) {
    this.#next = first
    this.#end = end
    const length = (end - first) / SPANS_IN_RANGE
    this.#length = length > 0n ? length : 1n
  }

  /** The next nonces to try, first those that were given back; undefined when all are dealt out. */
  take(): NonceSpan | undefined {
    const returned = this.#returned.shift()
    if (returned !== undefined) return returned
    const first = this.#next
    if (first >= this.#end) return undefined
    const end = first + this.#length
    this.#next = end < this.#end ? end : this.#end
    return { first, end: this.#next }
  }

  /** The rest of a span, which may be empty. */
  giveBack(rest: NonceSpan): void {
    if (rest.first < rest.end) this.#returned.push(rest)
  }
}
