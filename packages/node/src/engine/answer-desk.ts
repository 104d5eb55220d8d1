import { answerCall, evaluateOne } from '@poai/consensus'
import { AppError, callName, encodedBytesOf, type InferenceAnswer, type InferenceCall } from '@poai/core'
import type { AnswerSource } from '@poai/execution'
import type { ModelEngines } from './model-engines.ts'

/** Who asks: a block that is being built goes before attempts at one, a stranger's question after them. */
export type AnswerPriority = 'build' | 'call'

/** Strangers' questions that may wait at one time; more are refused. */
export const MAX_WAITING_CALLS = 64
/** Bytes of answers that are remembered: some ten thousand of them. */
export const MAX_REMEMBERED_BYTES = 4_194_304

/** Too many wait. Nothing is known about the answer. */
export class AnswerDeskError extends AppError<'NODE_ANSWERS_BUSY'> {}

/** Answers the calls of contracts by the models of this node, and remembers what they said. */
export interface AnswerDesk {
  /** For blocks that this node builds. */
  readonly forBlocks: AnswerSource
  /** For calls and estimates of anybody. */
  readonly forCalls: AnswerSource
  readonly figures: AnswerFigures
}

/** What the desk has done since the start. */
export interface AnswerFigures {
  /** Questions that a model was asked. */
  readonly computed: number
  /** Questions whose answer was remembered, or was under way already. */
  readonly shared: number
  /** Questions that were refused because too many waited. */
  readonly refused: number
  /** Tokens that models were made to say. */
  readonly tokens: number
}

/** An answer that is being computed, and those who wait for it. */
interface Computation {
  readonly answer: Promise<InferenceAnswer>
  waiting: number
  /** Nobody waits any more. */
  giveUp(): void
}

/** A desk over the node's engines. */
export function createAnswerDesk(engines: Pick<ModelEngines, 'evaluate' | 'generate'>): AnswerDesk {
  const remembered = new RememberedAnswers()
  const underWay = new Map<string, Computation>()
  const figures = { computed: 0, shared: 0, refused: 0, tokens: 0 }
  let waitingCalls = 0

  const compute = async (
    call: InferenceCall,
    priority: AnswerPriority,
    signal: AbortSignal,
  ): Promise<InferenceAnswer> => {
    const work = { modelSha256: call.model.sha256, domain: call.model.domain }
    figures.computed++
    return answerCall(call, {
      evaluate: (request) => evaluateOne(engines, request, { work, priority, signal }),
      generate: async (request) => {
        const output = await engines.generate(work, request, { priority, signal })
        figures.tokens += output.tokens.length
        return output
      },
    })
  }

  /** Joins a computation of the same priority, so that no block waits for what a stranger asked for. */
  const join = async (
    call: InferenceCall,
    priority: AnswerPriority,
    signal: AbortSignal | undefined,
  ): Promise<InferenceAnswer> => {
    const name = callName(call)
    const known = remembered.get(name)
    if (known !== undefined) {
      figures.shared++
      return known
    }
    signal?.throwIfAborted()
    const key = `${priority} ${name}`
    let computation = underWay.get(key)
    if (computation === undefined) {
      const stop = new AbortController()
      const answer = compute(call, priority, stop.signal)
      // Whoever asks from now on is not told that others have given up.
      const leave = (): void => {
        if (underWay.get(key) === begun) underWay.delete(key)
      }
      const begun: Computation = {
        answer,
        waiting: 0,
        giveUp: () => {
          if (underWay.get(key) !== begun) return
          leave()
          stop.abort()
        },
      }
      computation = begun
      underWay.set(key, begun)
      answer
        .then((value) => remembered.put(name, value))
        .catch(() => undefined)
        .finally(leave)
    } else figures.shared++
    return await waitFor(computation, signal)
  }

  return {
    figures,
    forBlocks: { answer: (call, signal) => join(call, 'build', signal) },
    forCalls: {
      answer: async (call, signal) => {
        if (waitingCalls >= MAX_WAITING_CALLS) {
          figures.refused++
          throw new AnswerDeskError('NODE_ANSWERS_BUSY', 'too many questions wait for a model', {
            expected: `at most ${MAX_WAITING_CALLS} at one time`,
            hint: 'ask again later, or ask a node of your own',
          })
        }
        waitingCalls++
        try {
          return await join(call, 'call', signal)
        } finally {
          waitingCalls--
        }
      },
    },
  }
}

/** Waits for an answer with others; when nobody waits any more, it is given up. */
async function waitFor(computation: Computation, signal: AbortSignal | undefined): Promise<InferenceAnswer> {
  computation.waiting++
  const left = Promise.withResolvers<never>()
  const leave = (): void => left.reject(signal?.reason)
  signal?.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([computation.answer, left.promise])
  } finally {
    signal?.removeEventListener('abort', leave)
    computation.waiting--
    if (computation.waiting === 0) computation.giveUp()
  }
}

/** The answers that were given last; the one that was not asked for the longest goes. */
class RememberedAnswers {
  readonly #answers = new Map<string, InferenceAnswer>()
  #bytes = 0

  get(name: string): InferenceAnswer | undefined {
    const answer = this.#answers.get(name)
    if (answer === undefined) return undefined
    this.#answers.delete(name)
    this.#answers.set(name, answer)
    return answer
  }

  put(name: string, answer: InferenceAnswer): void {
    if (this.#answers.has(name)) return
    this.#answers.set(name, answer)
    this.#bytes += encodedBytesOf(answer)
    for (const [oldest, old] of this.#answers) {
      if (this.#bytes <= MAX_REMEMBERED_BYTES) return
      this.#answers.delete(oldest)
      this.#bytes -= encodedBytesOf(old)
    }
  }
}
