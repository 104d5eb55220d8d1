import type { LlamaContextSequence } from 'node-llama-cpp'
import { EngineError } from './engine-error.ts'
import type { SequenceReader } from './evaluate-sequence.ts'
import { areFiniteBits } from './float-bits.ts'
import { type GenerationSlice, TOKEN_WORD } from './slice-codec.ts'
import type { SliceRest } from './worker-protocol.ts'

/** Tokens of a prompt that are fed together: somebody who waits waits for no more of them. */
const FEED_TOKENS = 32

/** Words of a token that are numbers: answer, maximum and total weight. */
export const FLOAT_WORDS = 3

/** What a slice of a generation may do besides generating. */
export interface SliceRun {
  /** True once somebody waits for the worker, or the slice's time is over. Asked after each feed. */
  readonly mustRest: () => boolean
  /** Called with the words of each token. */
  readonly onDrawn: (words: Uint32Array) => void
}

/** Goes on with a generation until it ends or must rest. One call at a time. */
export type RunSlice = (generation: number, slice: GenerationSlice, run: SliceRun) => Promise<SliceRest>

/** Generates in a sequence of its own, which evaluations do not touch: it keeps what one generation has fed. */
export class LlamaGeneration {
  readonly #reader: SequenceReader
  readonly #openSequence: () => Promise<LlamaContextSequence>
  #sequence: LlamaContextSequence | undefined
  #held = { generation: 0, fed: 0 }

  /** `openSequence` is asked once, for the first generation: its context takes memory. */
  constructor(reader: SequenceReader, openSequence: () => Promise<LlamaContextSequence>) {
    this.#reader = reader
    this.#openSequence = openSequence
  }

  /** Generates until the text ends or must rest: one feed at least. */
  async run(generation: number, slice: GenerationSlice, { mustRest, onDrawn }: SliceRun): Promise<SliceRest> {
    const tokens = [...slice.prompt, ...slice.output]
    const sequence = await this.#prepare(generation, tokens.length - 1)
    for (;;) {
      const fed = this.#held.fed
      const end = Math.min(tokens.length, fed + FEED_TOKENS)
      const index = tokens.length - slice.prompt.length
      const draw = end === tokens.length ? { sampling: slice.sampling, index } : undefined
      // What a feed that fails leaves behind is not known.
      this.#held = { generation: 0, fed: 0 }
      const words = await this.#reader.feed(sequence, tokens.slice(fed, end), draw)
      this.#held = { generation, fed: end }
      if (words !== undefined) {
        const token = words[TOKEN_WORD]
        if (token === undefined) throw new EngineError('INFERENCE_WORKER_FAILED', 'llama.cpp drew no token')
        if (!words.subarray(0, FLOAT_WORDS).every(areFiniteBits)) return 'not-finite'
        tokens.push(token)
        onDrawn(words)
        if (index + 1 === slice.maxTokens || slice.stopTokens.includes(token)) return 'ended'
      }
      if (mustRest()) return 'interrupted'
    }
  }

  /** The sequence, with nothing in it but tokens of the generation, at most `most` of them. */
  async #prepare(generation: number, most: number): Promise<LlamaContextSequence> {
    this.#sequence ??= await this.#openSequence()
    if (this.#held.generation === generation && this.#held.fed <= most) return this.#sequence
    await this.#sequence.clearHistory()
    this.#held = { generation, fed: 0 }
    return this.#sequence
  }
}
