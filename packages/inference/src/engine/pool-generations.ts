import { BATCH_LIVES } from './evaluation-job.ts'
import { toGeneration } from './generation.ts'
import {
  type EvaluationPriority,
  type GeneratedToken,
  type GenerateOptions,
  type Generation,
  type GenerationRequest,
  PRIORITIES,
} from './inference-engine.ts'
import { encodeSlice } from './slice-codec.ts'
import { WorkerDeath, type WorkerSlot } from './worker-slot.ts'

/** One call of `generate`. */
export interface GenerationCall {
  readonly request: GenerationRequest
  readonly priority: EvaluationPriority
  readonly onToken: (step: GeneratedToken) => void
  readonly outcome: PromiseWithResolvers<Generation>
  /** Tells workers which generation's keys and values they may still have. */
  readonly number: number
  readonly steps: GeneratedToken[]
  /** The worker that has them, most likely. */
  home: WorkerSlot | undefined
  /** The worker that runs it now. */
  slot: WorkerSlot | undefined
  /** What is left of {@link BATCH_LIVES}. */
  lives: number
  settled: boolean
}

/** What happened to a slice besides that it rests. */
export interface SliceListener {
  /** A worker died under it: the generation goes on elsewhere, or has been given up. */
  readonly onDeath: (call: GenerationCall, death: WorkerDeath) => void
}

/** The generations of a pool: those that wait for a worker, and those under way. */
export class PoolGenerations {
  readonly #waiting: Record<EvaluationPriority, GenerationCall[]> = { verify: [], build: [], mine: [], call: [] }
  readonly #running = new Set<GenerationCall>()
  #lastNumber = 0

  /** Those that wait, by priority. */
  waiting(priority: EvaluationPriority): number {
    return this.#waiting[priority].length
  }

  /** Calls that have not settled, or whose worker has not come to rest. */
  get count(): number {
    return this.#running.size + PRIORITIES.reduce((sum, priority) => sum + this.#waiting[priority].length, 0)
  }

  /** Adds a call. It begins when it is given to a slot. */
  add(request: GenerationRequest, { signal, priority = 'call', onToken }: GenerateOptions): Promise<Generation> {
    const outcome = Promise.withResolvers<Generation>()
    const call: GenerationCall = {
      ...{ request, priority, outcome, number: ++this.#lastNumber, steps: [], onToken: onToken ?? (() => undefined) },
      ...{ home: undefined, slot: undefined, lives: BATCH_LIVES, settled: false },
    }
    this.#waiting[priority].push(call)
    if (signal === undefined) return outcome.promise
    const abort = (): void => this.#fail(call, signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    return outcome.promise.finally(() => signal.removeEventListener('abort', abort))
  }

  /** The first waiting call of that priority that may be run. */
  take(priority: EvaluationPriority, mayRun: (call: GenerationCall) => boolean): GenerationCall | undefined {
    const waiting = this.#waiting[priority]
    const index = waiting.findIndex(mayRun)
    return index < 0 ? undefined : waiting.splice(index, 1)[0]
  }

  /** Lets a slot that takes slices run the call, until it ends or rests; then it waits again, first in its row. */
  async run(slot: WorkerSlot, call: GenerationCall, milliseconds: number, { onDeath }: SliceListener): Promise<void> {
    const { request, priority, number, steps } = call
    this.#running.add(call)
    call.slot = slot
    call.home = slot
    try {
      const words = encodeSlice({ ...request, output: steps.map(({ token }) => token) })
      const slice = { generation: number, milliseconds, words, priority, from: steps.length }
      const rest = await slot.generate(slice, (drawn) => this.#hear(call, drawn))
      if (rest === 'interrupted') this.#putBack(call)
      else this.#settle(call, () => call.outcome.resolve(toGeneration(steps, rest === 'ended')))
    } catch (error) {
      if (error instanceof WorkerDeath) this.#outlive(call, error, onDeath)
      else this.#settle(call, () => call.outcome.reject(error))
    } finally {
      call.slot = undefined
      this.#running.delete(call)
    }
  }

  /** Lets the least urgent generation under way rest if a more urgent one waits. */
  makeRoom(): void {
    const urgent = PRIORITIES.findIndex((priority) => this.#waiting[priority].length > 0)
    if (urgent < 0) return
    const rank = ({ priority }: GenerationCall): number => PRIORITIES.indexOf(priority)
    const [least] = [...this.#running].sort((a, b) => rank(b) - rank(a))
    if (least !== undefined && rank(least) > urgent) least.slot?.restSlice()
  }

  /** Ends all with `reason`. */
  reject(reason: unknown): void {
    for (const call of [...PRIORITIES.flatMap((priority) => this.#waiting[priority]), ...this.#running]) {
      this.#fail(call, reason)
    }
  }

  #hear(call: GenerationCall, drawn: readonly GeneratedToken[]): void {
    for (const step of drawn) {
      if (call.settled) return
      call.steps.push(step)
      call.onToken(step)
    }
  }

  #putBack(call: GenerationCall): void {
    if (!call.settled) this.#waiting[call.priority].unshift(call)
  }

  #outlive(call: GenerationCall, death: WorkerDeath, onDeath: SliceListener['onDeath']): void {
    call.home = undefined
    call.lives -= death.suspicious ? 2 : 1
    onDeath(call, death)
    // Between its last token and the word that this was it: nothing is left to draw.
    if (isWhole(call)) this.#settle(call, () => call.outcome.resolve(toGeneration(call.steps, true)))
    else if (call.lives <= 0) this.#settle(call, () => call.outcome.reject(death.reason))
    else this.#putBack(call)
  }

  /** Its caller hears of it at once, and its worker is free after the token in hand. */
  #fail(call: GenerationCall, reason: unknown): void {
    this.#waiting[call.priority] = this.#waiting[call.priority].filter((other) => other !== call)
    call.slot?.restSlice()
    this.#settle(call, () => call.outcome.reject(reason))
  }

  #settle(call: GenerationCall, settle: () => void): void {
    if (call.settled) return
    call.settled = true
    settle()
  }
}

/** True if there are as many tokens as were asked for, or the last one ends the text. */
function isWhole({ request, steps }: GenerationCall): boolean {
  const last = steps.at(-1)
  return last !== undefined && (steps.length >= request.maxTokens || request.stopTokens.includes(last.token))
}
