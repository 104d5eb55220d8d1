import { EngineError } from './engine-error.ts'
import { areFiniteBits } from './float-bits.ts'
import type { EvaluationRequest } from './inference-engine.ts'
import { FLOAT_WORDS, type RunSlice, type SliceRun } from './llama-generation.ts'
import { type GenerationSlice, TOKEN_WORD } from './slice-codec.ts'
import type { SliceRest } from './worker-protocol.ts'

/** Drafts kept: as many generations as may be interrupted by more urgent ones. */
const MAX_DRAFTS = 4

/** Words of a position of an evaluation without probes that draws tokens. */
const POSITION_WORDS = 5

/**
 * Generations of the domains whose bits depend on how many tokens are fed together. What is drawn token by token is
 * only a draft there: a pass over prompt and draft, the same that a replay makes, confirms it or says where it is
 * wrong; from there on it is drawn again. So nothing is told before the end, and then what a replay finds.
 */
export class ConfirmedGeneration {
  readonly #draw: RunSlice
  readonly #evaluate: (request: EvaluationRequest) => Promise<Uint32Array>
  readonly #drafts = new Map<number, number[]>()

  constructor(draw: RunSlice, evaluate: (request: EvaluationRequest) => Promise<Uint32Array>) {
    this.#draw = draw
    this.#evaluate = evaluate
  }

  /** As `LlamaGeneration.run`. */
  async run(generation: number, slice: GenerationSlice, { mustRest, onDrawn }: SliceRun): Promise<SliceRest> {
    // Each round but those that end at another stop token makes a longer part right for good.
    for (let rounds = 0; rounds <= 2 * slice.maxTokens; rounds++) {
      const draft = this.#draftOf(generation, slice)
      const rest = isComplete(slice, draft)
        ? 'ended'
        : await this.#draw(
            generation,
            { ...slice, output: [...draft] },
            { mustRest, onDrawn: (words) => void draft.push(words[TOKEN_WORD] as number) },
          )
      if (rest === 'interrupted') return rest
      const words = await this.#passOver(slice, draft)
      const wrong = draft.findIndex((token, index) => words[POSITION_WORDS * index + TOKEN_WORD] !== token)
      if (wrong < 0) return this.#tell(generation, { slice, draft, words, rest }, onDrawn)
      this.#drafts.set(generation, [...draft.slice(0, wrong), words[POSITION_WORDS * wrong + TOKEN_WORD] as number])
    }
    throw new EngineError('INFERENCE_WORKER_FAILED', 'Drawing token by token and in one pass come to no agreement')
  }

  #draftOf(generation: number, { output }: GenerationSlice): number[] {
    const draft = this.#drafts.get(generation) ?? [...output]
    // The newest last: the oldest is given up.
    this.#drafts.delete(generation)
    this.#drafts.set(generation, draft)
    const [oldest] = this.#drafts.keys()
    if (this.#drafts.size > MAX_DRAFTS && oldest !== undefined) this.#drafts.delete(oldest)
    return draft
  }

  /** `[answer, maximum, totalWeight, argMax, drawn]` for each token of the draft. */
  async #passOver({ prompt, sampling }: GenerationSlice, draft: readonly number[]): Promise<Uint32Array> {
    if (draft.length === 0) return new Uint32Array()
    const tokens = Uint32Array.of(...prompt, ...draft)
    const positions = Uint32Array.from(draft, (_, index) => prompt.length + index)
    return await this.#evaluate({ tokens, positions, probes: new Uint32Array(), sampling })
  }

  #tell(generation: number, { slice, draft, words, rest }: ConfirmedDraft, onDrawn: SliceRun['onDrawn']): SliceRest {
    this.#drafts.delete(generation)
    for (let index = slice.output.length; index < draft.length; index++) {
      const token = words.slice(POSITION_WORDS * index, POSITION_WORDS * (index + 1))
      if (!token.subarray(0, FLOAT_WORDS).every(areFiniteBits)) return 'not-finite'
      onDrawn(token)
    }
    return rest
  }
}

interface ConfirmedDraft {
  readonly slice: GenerationSlice
  readonly draft: readonly number[]
  readonly words: Uint32Array
  readonly rest: SliceRest
}

function isComplete({ maxTokens, stopTokens }: GenerationSlice, draft: readonly number[]): boolean {
  return draft.length === maxTokens || stopTokens.includes(draft.at(-1) ?? -1)
}
