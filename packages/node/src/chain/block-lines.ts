import type { Chain, HeadEvent } from '@poai/chain'
import { bytesToHex, type Clock, type Logger, type Startable, type Unsubscribe } from '@poai/core'

/** What block lines need, and nothing more. */
export interface BlockLinesDependencies {
  readonly chain: Pick<Chain, 'onHead'>
  readonly clock: Clock
  readonly logger: Logger
}

/** At most one line per second: while thousands of blocks come in, people want to see progress, not every block. */
const LINE_EVERY_MS = 1000

/** Logs a line for each new head, or one per second for all of them. */
export function createBlockLines(dependencies: BlockLinesDependencies): Startable {
  return new BlockLines(dependencies)
}

/** What the next line will say. */
interface Waiting {
  readonly blocks: number
  readonly transactions: number
  readonly event: HeadEvent
}

class BlockLines implements Startable {
  readonly #dependencies: BlockLinesDependencies
  readonly #stopping = new AbortController()
  #unsubscribe: Unsubscribe | undefined
  #lastLineMs = 0
  #waiting: Waiting | undefined
  #flush: Promise<void> | undefined

  constructor(dependencies: BlockLinesDependencies) {
    this.#dependencies = dependencies
  }

  async start(): Promise<void> {
    this.#unsubscribe = this.#dependencies.chain.onHead((event) => this.#onHead(event))
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.()
    this.#stopping.abort()
    await this.#flush
  }

  #onHead(event: HeadEvent): void {
    const transactions = event.added.reduce((sum, { block }) => sum + block.body.transactions.length, 0)
    this.#waiting = {
      blocks: (this.#waiting?.blocks ?? 0) + event.added.length,
      transactions: (this.#waiting?.transactions ?? 0) + transactions,
      event,
    }
    if (this.#flush !== undefined) return
    const leftMs = this.#lastLineMs + LINE_EVERY_MS - this.#dependencies.clock.nowMs()
    if (leftMs <= 0) this.#write()
    else this.#flush = this.#writeIn(leftMs)
  }

  async #writeIn(delayMs: number): Promise<void> {
    try {
      await this.#dependencies.clock.sleep(delayMs, this.#stopping.signal)
    } catch {
      // Stopped: what is waiting is written now.
    }
    this.#flush = undefined
    this.#write()
  }

  #write(): void {
    if (this.#waiting === undefined) return
    const { clock, logger } = this.#dependencies
    const { blocks, transactions, event } = this.#waiting
    this.#waiting = undefined
    this.#lastLineMs = clock.nowMs()
    const { number, hash } = event.head
    const newest = event.added.at(-1)
    if (blocks !== 1 || newest === undefined) {
      logger.info('Imported blocks', { count: blocks, number, hash: bytesToHex(hash), transactions })
      return
    }
    const { lossMicroNats, timestamp, gasUsed } = newest.block.header
    const ageSeconds = Math.max(0, Math.round(clock.nowMs() / 1000 - Number(timestamp)))
    const loss = (Number(lossMicroNats) / 1e6).toFixed(3)
    logger.info('Imported block', { number, hash: bytesToHex(hash), transactions, gas: gasUsed, loss, ageSeconds })
  }
}
