import type { GeneratedToken, Generation, GenerationRequest, InferenceEngine } from '@poai/inference'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededExamRequests } from './exam-requests.ts'
import type { CreateEngine } from './inference-engine-suite.ts'

/** `\n` in the byte vocabulary. */
const LINE_END = 13
const SEED = new Uint8Array(32).fill(3)

const PROMPTS = seededExamRequests('generation-suite', 4).map(({ tokens }, index) => tokens.slice(0, 1 + 29 * index))

function requestOf(changes: Partial<GenerationRequest> = {}): GenerationRequest {
  const [, prompt = Uint32Array.of(1)] = PROMPTS
  return { prompt, maxTokens: 8, sampling: { temperature: 1000, seed: SEED }, stopTokens: [], ...changes }
}

/** What a replay says: a teacher-forced pass over prompt and output. */
async function replay(
  engine: InferenceEngine,
  { prompt, sampling }: GenerationRequest,
  output: Uint32Array,
): Promise<{ readonly drawn: readonly (number | undefined)[]; readonly words: readonly number[] }> {
  const tokens = Uint32Array.of(...prompt, ...output)
  const positions = Uint32Array.from(output, (_, index) => prompt.length + index)
  const [evaluation] = await engine.evaluate([{ tokens, positions, probes: new Uint32Array(), sampling }])
  const all = evaluation?.positions ?? []
  return {
    drawn: all.map(({ drawn }) => drawn),
    words: all.flatMap(({ answer, maximum, totalWeight, argMax }) => [answer, maximum, totalWeight, argMax]),
  }
}

async function expectReplayed(engine: InferenceEngine, request: GenerationRequest): Promise<Generation> {
  const generation = await engine.generate(request)
  const { drawn, words } = await replay(engine, request, generation.tokens)
  expect(drawn).toEqual([...generation.tokens])
  expect(words).toEqual([...generation.words])
  expect(generation.finite).toBe(true)
  return generation
}

/** What every engine's generations must be. Registers tests with the running test runner. */
export function generationSuite(name: string, createEngine: CreateEngine): void {
  describe(`${name}: generations`, () => {
    let engine: InferenceEngine

    beforeAll(async () => {
      engine = createEngine()
      await engine.start()
    })

    afterAll(async () => {
      await engine.stop()
    })

    it.each([0, 1, 700, 1000, 2000, 100_000])('at temperature %i are what one pass says', async (temperature) => {
      for (const [index, prompt] of PROMPTS.entries()) {
        const seed = new Uint8Array(32).fill(index)
        const request = requestOf({ prompt, maxTokens: 5 + 3 * index, sampling: { temperature, seed } })
        const { tokens } = await expectReplayed(engine, request)
        expect(tokens).toHaveLength(request.maxTokens)
      }
    })

    it('take the largest logits at temperature 0', async () => {
      const { tokens, words } = await engine.generate(requestOf({ sampling: { temperature: 0, seed: SEED } }))
      expect([...tokens]).toEqual([...tokens].map((_, index) => words[4 * index + 3]))
    })

    it('depend on the seed where it is warm', async () => {
      const hot = (fill: number) =>
        requestOf({ maxTokens: 16, sampling: { temperature: 4000, seed: new Uint8Array(32).fill(fill) } })
      const [one, other, again] = await Promise.all([hot(1), hot(2), hot(1)].map((request) => engine.generate(request)))
      expect(one?.tokens).not.toEqual(other?.tokens)
      expect(again).toEqual(one)
    })

    it('end with a stop token', async () => {
      const free = await engine.generate(requestOf({ maxTokens: 12 }))
      const stop = free.tokens[5] ?? LINE_END
      const end = free.tokens.indexOf(stop) + 1
      const { tokens } = await engine.generate(requestOf({ maxTokens: 12, stopTokens: [LINE_END, stop] }))
      const first = free.tokens.indexOf(LINE_END) + 1
      expect(tokens).toEqual(free.tokens.slice(0, first > 0 ? Math.min(first, end) : end))
    })

    it('reach the end of the context, and not beyond it', async () => {
      const contextSize = engine.status.model?.contextSize ?? 0
      const prompt = Uint32Array.from({ length: contextSize }, (_, i) => (i === 0 ? 1 : 3 + (i % 200)))
      for (const most of [1, 2, 6]) {
        const request = requestOf({ prompt: prompt.slice(0, contextSize + 1 - most), maxTokens: most })
        expect((await expectReplayed(engine, request)).tokens).toHaveLength(most)
        await expect(engine.generate({ ...request, maxTokens: most + 1 })).rejects.toMatchObject({
          code: 'INFERENCE_REQUEST_INVALID',
        })
      }
    })

    it('tell of every token once, in order, before they end', async () => {
      const told: GeneratedToken[] = []
      const { tokens, words } = await engine.generate(requestOf(), { onToken: (step) => void told.push(step) })
      expect(told.map(({ index, token }) => [index, token])).toEqual([...tokens.entries()])
      expect(told.flatMap((step) => [step.answer, step.maximum, step.totalWeight, step.argMax])).toEqual([...words])
    })

    it('go on after replays that come in the middle of them, side by side', async () => {
      const requests = PROMPTS.map((prompt) => requestOf({ prompt, maxTokens: 24 }))
      const alone: Generation[] = []
      for (const request of requests) alone.push(await engine.generate(request))
      const exams = seededExamRequests('generation-suite replays', 2)
      const expected = (await engine.evaluate(exams)).map(({ words }) => words)
      let isOver = false
      const priorities = ['call', 'build', 'mine', 'call'] as const
      const together = Promise.all(
        requests.map((request, index) => engine.generate(request, { priority: priorities[index] ?? 'call' })),
      ).finally(() => {
        isOver = true
      })
      do expect((await engine.evaluate(exams)).map(({ words }) => words)).toEqual(expected)
      while (!isOver)
      expect(await together).toEqual(alone)
    })

    it('reject with the reason of a signal, in the middle', async () => {
      const abort = new AbortController()
      const reason = new Error('nobody listens')
      const generation = engine.generate(requestOf({ maxTokens: 64 }), { signal: abort.signal })
      abort.abort(reason)
      await expect(generation).rejects.toBe(reason)
      await expect(engine.generate(requestOf(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
      await expectReplayed(engine, requestOf())
    })

    it('of a stopped engine are refused', async () => {
      const stopped = createEngine()
      await stopped.start()
      await stopped.stop()
      await expect(stopped.generate(requestOf())).rejects.toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
    })
  })
}
