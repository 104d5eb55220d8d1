import { getLlama, LlamaLogLevel, type Token } from 'node-llama-cpp'

/** A model that answers exams: reads the whole exam once, expected answers included. */
export interface LlamaAnswers {
  /** The arg max of the logits for each of `positions` in `tokens`; the last token is only predicted. */
  answer(tokens: ArrayLike<number>, positions: ArrayLike<number>): Promise<readonly number[]>
  close(): Promise<void>
}

/** Longest exam that is answered here, unless the caller has longer ones. */
const CONTEXT_TOKENS = 256

/** Loads a GGUF file on the CPU with one thread, without the settings that are known to change the bits. */
export async function loadLlamaAnswers(
  modelPath: string,
  contextTokens: number = CONTEXT_TOKENS,
): Promise<LlamaAnswers> {
  const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, logLevel: LlamaLogLevel.error })
  const model = await llama.loadModel({ modelPath })
  const context = await model.createContext({
    contextSize: contextTokens,
    batchSize: contextTokens,
    threads: 1,
    flashAttention: false,
  })
  const sequence = context.getSequence()

  async function answer(tokens: ArrayLike<number>, positions: ArrayLike<number>): Promise<readonly number[]> {
    const wanted = new Set(Array.from(positions, (position) => position - 1))
    const fed = Array.from(tokens).slice(0, -1)
    await sequence.clearHistory()
    const results = await sequence.controlledEvaluate(
      fed.map((token, index) =>
        wanted.has(index) ? [token as Token, { generateNext: { token: true } }] : (token as Token),
      ),
    )
    return Array.from(positions, (position) => results[position - 1]?.next.token ?? -1)
  }

  return { answer, close: () => llama.dispose() }
}
