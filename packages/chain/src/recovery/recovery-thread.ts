import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { ChainError } from '../chain-error.ts'

/** What a thread is asked: signatures as `packSignatures` packs them. */
export interface RecoveryRequest {
  readonly id: number
  readonly packed: Uint8Array<ArrayBuffer>
}

/** What it answers: senders for `unpackSenders`. */
export interface RecoveryAnswer {
  readonly id: number
  readonly senders: Uint8Array<ArrayBuffer>
}

const runsFromSource = import.meta.url.endsWith('.ts')
const entry = fileURLToPath(new URL(runsFromSource ? './recovery-worker.ts' : './recovery-worker.js', import.meta.url))

type Waiting = PromiseWithResolvers<Uint8Array>

/** One thread and what it was asked. It starts with the first question, and anew with the first one after it has died. */
export class RecoveryThread {
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #lastId = 0

  /** Questions without an answer yet. */
  get load(): number {
    return this.#waiting.size
  }

  /** Takes the buffer. Rejects with `CHAIN_THREAD_LOST` if the thread dies before it answers. */
  ask(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    this.#worker ??= this.#start()
    const id = ++this.#lastId
    const waiting = Promise.withResolvers<Uint8Array>()
    this.#waiting.set(id, waiting)
    const request: RecoveryRequest = { id, packed }
    this.#worker.postMessage(request, [packed.buffer])
    return waiting.promise
  }

  async stop(): Promise<void> {
    const worker = this.#worker
    this.#lose(worker, 'it was stopped')
    await worker?.terminate()
  }

  #start(): Worker {
    const execArgv = runsFromSource ? ['--conditions=source', '--disable-warning=ExperimentalWarning'] : []
    const worker = new Worker(entry, { execArgv })
    // A node that has nothing else to do may end.
    worker.unref()
    worker.on('message', ({ id, senders }: RecoveryAnswer) => {
      this.#waiting.get(id)?.resolve(senders)
      this.#waiting.delete(id)
    })
    worker.on('error', (error) => this.#lose(worker, error instanceof Error ? error.message : String(error)))
    worker.on('exit', (code) => this.#lose(worker, `it ended with code ${code}`))
    return worker
  }

  #lose(worker: Worker | undefined, reason: string): void {
    if (worker === undefined || worker !== this.#worker) return
    this.#worker = undefined
    const lost = new ChainError('CHAIN_THREAD_LOST', 'a thread that recovers senders is gone', { actual: reason })
    for (const { reject } of this.#waiting.values()) reject(lost)
    this.#waiting.clear()
  }
}
