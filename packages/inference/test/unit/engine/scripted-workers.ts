import type { NonceSpan, SearchJob, SearchSeal } from '../../../src/engine/attempt-search.ts'
import { wordsPerPosition } from '../../../src/engine/evaluation.ts'
import type { EngineModel } from '../../../src/engine/inference-engine.ts'
import { decodeSlice, type GenerationSlice } from '../../../src/engine/slice-codec.ts'
import type { Timers } from '../../../src/engine/timers.ts'
import type { LaunchWorker, WorkerExit, WorkerListener } from '../../../src/engine/worker-process.ts'
import {
  decodeBatch,
  encodeResults,
  type SearchEnding,
  type SliceRest,
  type ToWorker,
} from '../../../src/engine/worker-protocol.ts'

/** Timers whose hands the test turns. */
export interface ManualTimers extends Timers {
  /** Lets so much time pass and calls back whatever falls due, in order. */
  advance(ms: number): void
  readonly pending: number
}

export function createManualTimers(): ManualTimers {
  let now = 0
  const due = new Map<number, { readonly at: number; readonly callback: () => void }>()
  let lastId = 0
  return {
    now: () => now,
    after(delayMs, callback) {
      const id = ++lastId
      due.set(id, { at: now + delayMs, callback })
      return () => void due.delete(id)
    },
    advance(ms) {
      const end = now + ms
      for (;;) {
        const [next] = [...due].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)
        if (next === undefined) break
        const [id, { at, callback }] = next
        due.delete(id)
        now = at
        callback()
      }
      now = end
    },
    get pending() {
      return due.size
    },
  }
}

export const SCRIPTED_MODEL: EngineModel = { vocabularySize: 300, contextSize: 100, systemInfo: 'scripted' }

/** A worker process that exists only in the test, which decides when it loads, answers and dies. */
export interface ScriptedWorker {
  readonly index: number
  /** Batches it was given and has not answered: the first token of each request. */
  readonly batches: { readonly id: number; readonly firstTokens: readonly number[] }[]
  readonly killed: boolean
  /** The search that it was given and has not ended. */
  readonly search: { readonly id: number; readonly job: SearchJob; readonly span: NonceSpan } | undefined
  /** The slice of a generation that it was given, and that does not rest yet. */
  readonly slice:
    | { readonly generation: number; readonly milliseconds: number; readonly from: GenerationSlice }
    | undefined
  /** How often it was told to rest from that slice. */
  readonly wantsRest: number
  /** True once it was told to end that search. */
  readonly wasCancelled: boolean
  ready(): void
  failToLoad(code: 'INFERENCE_START_FAILED' | 'INFERENCE_PLATFORM_UNSUPPORTED'): void
  /** Answers the oldest batch: every word of a request is its first token. */
  answer(): void
  failBatch(): void
  progress(attempts: number, best?: SearchSeal): void
  endSearch(ending: Partial<SearchEnding>): void
  /** Tells of tokens, each of which says of itself what its id is. */
  draw(...tokens: readonly number[]): void
  /** Tells of tokens in these words, whatever they are. */
  tell(words: Uint32Array): void
  rest(rest: SliceRest): void
  die(exit?: Partial<WorkerExit>): void
}

/** A launcher of scripted workers, in order of launch. */
export function createScriptedWorkers(): { readonly launch: LaunchWorker; readonly workers: ScriptedWorker[] } {
  const workers: ScriptedWorker[] = []
  return {
    workers,
    launch: (listener) => {
      const worker = new Script(workers.length, listener)
      workers.push(worker)
      return {
        pid: 1000 + worker.index,
        send: (message) => worker.receive(message),
        kill: () => worker.kill(),
      }
    },
  }
}

class Script implements ScriptedWorker {
  readonly index: number
  readonly batches: { id: number; firstTokens: readonly number[]; words: Uint32Array }[] = []
  readonly #listener: WorkerListener
  search: Extract<ToWorker, { kind: 'search' }> | undefined
  #slice: (ScriptedWorker['slice'] & { readonly id: number }) | undefined
  wantsRest = 0
  wasCancelled = false
  #killed = false
  #dead = false

  constructor(index: number, listener: WorkerListener) {
    this.index = index
    this.#listener = listener
  }

  get killed(): boolean {
    return this.#killed
  }

  get slice(): ScriptedWorker['slice'] {
    return this.#slice
  }

  receive(message: ToWorker): void {
    if (message.kind === 'generate') {
      const { id, generation, milliseconds, words } = message
      this.#slice = { id, generation, milliseconds, from: decodeSlice(words) }
      this.wantsRest = 0
    }
    if (message.kind === 'cancel' && message.id === this.#slice?.id) this.wantsRest += 1
    if (message.kind === 'search') {
      this.search = message
      this.wasCancelled = false
    }
    if (message.kind === 'cancel' && message.id === this.search?.id) this.wasCancelled = true
    if (message.kind !== 'batch') return
    const firstTokens = decodeBatch(message.words).map(({ tokens }) => tokens[0] ?? 0)
    this.batches.push({ id: message.id, firstTokens, words: message.words })
  }

  kill(): void {
    this.#killed = true
    // As with a real process, the end comes later than the signal.
    queueMicrotask(() => this.die({ signal: 'SIGKILL' }))
  }

  ready(): void {
    this.#listener.onMessage({ kind: 'ready', model: SCRIPTED_MODEL })
  }

  failToLoad(code: 'INFERENCE_START_FAILED' | 'INFERENCE_PLATFORM_UNSUPPORTED'): void {
    this.#listener.onMessage({ kind: 'load-failed', failure: { code, message: 'no such model' } })
  }

  answer(): void {
    const batch = this.batches.shift()
    if (batch === undefined) throw new Error(`worker ${this.index} has nothing to answer`)
    const evaluations = decodeBatch(batch.words).map(({ tokens, positions, probes }) =>
      new Uint32Array(positions.length * wordsPerPosition(probes.length)).fill(tokens[0] ?? 0),
    )
    this.#listener.onMessage({ kind: 'result', id: batch.id, words: encodeResults(evaluations) })
  }

  failBatch(): void {
    const id = this.batches.shift()?.id ?? 0
    this.#listener.onMessage({
      kind: 'batch-failed',
      id,
      failure: { code: 'INFERENCE_WORKER_FAILED', message: 'no KV slot' },
    })
  }

  progress(attempts: number, best?: SearchSeal): void {
    this.#listener.onMessage({ kind: 'progress', id: this.#searchId(), progress: { attempts, voids: 0, best } })
  }

  endSearch({ solution, next = 0n, wasCancelled = false }: Partial<SearchEnding>): void {
    const id = this.#searchId()
    this.search = undefined
    this.#listener.onMessage({ kind: 'searched', id, ending: { solution, next, wasCancelled } })
  }

  draw(...tokens: readonly number[]): void {
    this.tell(Uint32Array.from(tokens.flatMap((token) => [token, token, token, token, token])))
  }

  tell(words: Uint32Array): void {
    this.#listener.onMessage({ kind: 'drawn', id: this.#sliceId(), words })
  }

  rest(rest: SliceRest): void {
    const id = this.#sliceId()
    this.#slice = undefined
    this.#listener.onMessage({ kind: 'rested', id, rest })
  }

  #sliceId(): number {
    if (this.#slice === undefined) throw new Error(`worker ${this.index} generates nothing`)
    return this.#slice.id
  }

  #searchId(): number {
    if (this.search === undefined) throw new Error(`worker ${this.index} has no search`)
    return this.search.id
  }

  die(exit: Partial<WorkerExit> = {}): void {
    if (this.#dead) return
    this.#dead = true
    this.#listener.onExit({ code: null, signal: 'SIGABRT', lastWords: 'GGML_ASSERT failed', ...exit })
  }
}
