import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { type RuleCode, RuleError, type Transaction } from '@poai/core'
import type { RecoveryMeter } from '@poai/execution'
import { ChainError } from '../chain-error.ts'

/** What a thread is asked. The buffers are moved to it. */
export type ThreadQuestion =
  /** Signatures as `packSignatures` packs them. */
  | { readonly kind: 'recover'; readonly packed: Uint8Array<ArrayBuffer> }
  /** The encodings of transactions of one chain, one after the other, and the length of each. */
  | {
      readonly kind: 'decode'
      readonly packed: Uint8Array<ArrayBuffer>
      readonly lengths: readonly number[]
      readonly chainId: bigint
    }

/** A `RuleError` on its way between threads, which only take data. */
export interface TornRule {
  readonly code: RuleCode
  readonly message: string
  readonly expected?: string | number | bigint
  readonly actual?: string | number | bigint
}

export interface ThreadRequest {
  readonly id: number
  readonly question: ThreadQuestion
}

/** What a thread answers, and how long it took it. */
export interface ThreadAnswer {
  readonly id: number
  readonly tookMs: number
  /** Senders for `unpackSenders`. */
  readonly senders?: Uint8Array<ArrayBuffer>
  readonly decoded?: readonly (Transaction | TornRule)[]
}

const runsFromSource = import.meta.url.endsWith('.ts')
const entry = fileURLToPath(
  new URL(runsFromSource ? './transaction-worker.ts' : './transaction-worker.js', import.meta.url),
)

type Waiting = PromiseWithResolvers<ThreadAnswer>

/**
 * One thread and what it was asked. It starts with the first question, and anew with the first one after it has died.
 */
export class TransactionThread {
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #lastId = 0

  /** Questions without an answer yet. */
  get load(): number {
    return this.#waiting.size
  }

  /** Packed senders for packed signatures. Takes the buffer. */
  async recover(packed: Uint8Array<ArrayBuffer>, meter?: RecoveryMeter): Promise<Uint8Array> {
    const { senders = new Uint8Array(0) } = await this.#ask({ kind: 'recover', packed }, meter)
    return senders
  }

  async decode(
    encodings: readonly Uint8Array[],
    { chainId, meter }: { readonly chainId: bigint; readonly meter: RecoveryMeter | undefined },
  ): Promise<readonly (Transaction | RuleError)[]> {
    const lengths = encodings.map(({ length }) => length)
    const packed = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0))
    let offset = 0
    for (const bytes of encodings) {
      packed.set(bytes, offset)
      offset += bytes.length
    }
    const { decoded = [] } = await this.#ask({ kind: 'decode', packed, lengths, chainId }, meter)
    return decoded.map((found) => ('code' in found ? new RuleError(found.code, found.message, found) : found))
  }

  /** Rejects with `CHAIN_THREAD_LOST` if the thread dies before it answers. */
  async #ask(question: ThreadQuestion, meter: RecoveryMeter | undefined): Promise<ThreadAnswer> {
    this.#worker ??= this.#start()
    const id = ++this.#lastId
    const waiting = Promise.withResolvers<ThreadAnswer>()
    this.#waiting.set(id, waiting)
    const request: ThreadRequest = { id, question }
    this.#worker.postMessage(request, [question.packed.buffer])
    const answer = await waiting.promise
    meter?.add(answer.tookMs)
    return answer
  }

  async stop(): Promise<void> {
    const worker = this.#worker
    this.#lose(worker, 'it was stopped')
    await worker?.terminate()
  }

  #start(): Worker {
    const execArgv = runsFromSource ? ['--conditions=source', '--disable-warning=ExperimentalWarning'] : []
    const worker = new Worker(entry, { execArgv })
    // It does not keep a node alive that has nothing else to do.
    worker.unref()
    worker.on('message', (answer: ThreadAnswer) => {
      this.#waiting.get(answer.id)?.resolve(answer)
      this.#waiting.delete(answer.id)
    })
    worker.on('error', (error) => this.#lose(worker, error instanceof Error ? error.message : String(error)))
    worker.on('exit', (code) => this.#lose(worker, `it ended with code ${code}`))
    return worker
  }

  #lose(worker: Worker | undefined, reason: string): void {
    if (worker === undefined || worker !== this.#worker) return
    this.#worker = undefined
    const lost = new ChainError('CHAIN_THREAD_LOST', 'a thread for transactions is gone', { actual: reason })
    for (const { reject } of this.#waiting.values()) reject(lost)
    this.#waiting.clear()
  }
}
