import type { BlockBuilder } from '@poai/execution'
import type { MempoolView } from '../mempool/mempool.ts'
import type { PooledTransaction } from '../mempool/pooled-transaction.ts'
import { createPace } from '../pace/pace.ts'
import type { SlowTransactions } from './slow-transactions.ts'

/** What bounds the filling of one block, however many transactions wait. */
export interface FillLimits {
  /** Time in executions: the rest goes to a later template. */
  readonly maxMs: number
  /**
   * Transactions that are tried, whether they can be included or not. Those that may use more gas than is left are not:
   * they cost nothing.
   */
  readonly maxTries: number
}

export const FILL_DEFAULTS: FillLimits = {
  // Less than half of the shortest block time of a built-in network; a block of transfers takes a tenth of a second.
  maxMs: 2_000,
  // More than a full pool holds: no honest pool meets it.
  maxTries: 8_192,
}

export interface FillOptions {
  readonly mempool: Pick<MempoolView, 'priceOrder'>
  readonly slow: SlowTransactions
  readonly gasLimit: bigint
  readonly signal: AbortSignal | undefined
  readonly limits?: FillLimits
  /** Milliseconds since any beginning. */
  nowMs?(): number
  /** Milliseconds that models were waited for so far; not part of the others. */
  waitedMs?(): number
}

/** The cheapest transaction: with less gas left a block is full. */
const LEAST_GAS = 21_000n
/** Shorter executions are never slow: the clock and other work of this machine say more about them than they do. */
const LEAST_SLOW_MS = 20

/**
 * Fills a block by what transactions pay. One that may use more gas than is left makes room for the next one and counts
 * as nothing: anyone can offer such ones. Those that are slow to execute, or that used up the time of models and were
 * left out, come last: they may never pay.
 */
export async function fillBlock(builder: BlockBuilder, options: FillOptions): Promise<void> {
  const { slow } = options
  const filling = new Filling(builder, options)
  let leftOut = 0
  await filling.pass(({ transaction }) => {
    const isSlow = slow.has(transaction.hash)
    if (isSlow) leftOut++
    return !isSlow
  })
  if (leftOut > 0) await filling.pass(() => true)
}

class Filling {
  readonly #builder: BlockBuilder
  readonly #options: FillOptions
  readonly #limits: FillLimits
  readonly #included = new Set<PooledTransaction>()
  readonly #pace = createPace()
  #spentMs = 0
  #tries = 0

  constructor(builder: BlockBuilder, options: FillOptions) {
    this.#builder = builder
    this.#options = options
    this.#limits = options.limits ?? FILL_DEFAULTS
  }

  get #gasLeft(): bigint {
    return this.#options.gasLimit - this.#builder.gasUsed
  }

  get #isOver(): boolean {
    const { maxMs, maxTries } = this.#limits
    return this.#gasLeft < LEAST_GAS || this.#spentMs >= maxMs || this.#tries >= maxTries
  }

  async pass(isWanted: (entry: PooledTransaction) => boolean): Promise<void> {
    if (this.#isOver) return
    const order = await this.#options.mempool.priceOrder()
    while (!this.#isOver) {
      this.#options.signal?.throwIfAborted()
      if (this.#pace.isDue()) await this.#pace.rest()
      const entry = order.next()
      if (entry === undefined) return
      if (this.#included.has(entry)) continue
      const fits = entry.transaction.gasLimit <= this.#gasLeft
      if (!fits || !isWanted(entry) || !(await this.#include(entry))) order.skipSender()
    }
  }

  async #include(entry: PooledTransaction): Promise<boolean> {
    const { slow, gasLimit, nowMs = () => performance.now(), waitedMs = () => 0 } = this.#options
    const { hash } = entry.transaction
    const waitedBefore = waitedMs()
    const gasBefore = this.#builder.gasUsed
    const begunMs = nowMs()
    this.#tries++
    const { included } = await this.#builder.add(entry)
    const tookMs = nowMs() - begunMs
    this.#spentMs += tookMs
    if (!included) {
      if (waitedMs() > waitedBefore) slow.add(hash)
      return false
    }
    this.#included.add(entry)
    const shareOfGas = Number(this.#builder.gasUsed - gasBefore) / Number(gasLimit)
    if (tookMs >= LEAST_SLOW_MS && tookMs / this.#limits.maxMs > shareOfGas) slow.add(hash)
    return true
  }
}
