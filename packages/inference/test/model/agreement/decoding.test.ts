import { join } from 'node:path'
import { hasProgramForTests, seededExamRequests } from '@poai/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ownEngines, useEngine } from './agreeing-engines.ts'
import { type Decoder, decodeGreedily, startDecoders } from './decoders.ts'

const MODEL = join(import.meta.dirname, '../../../../../models/quiz-1/quiz-1.Q8_0.gguf')
const isPossible = hasProgramForTests(['cc', 'gcc', 'clang'], 'apt-get install gcc')
const PROMPTS = seededExamRequests('decoding', 3).map(({ tokens, positions }) => tokens.slice(0, positions[0]))
const COUNT = 24
let decoders: readonly Decoder[] = []

beforeAll(async () => {
  if (isPossible) decoders = await startDecoders(MODEL)
})
afterAll(async () => await Promise.all(decoders.map((decoder) => decoder.close())))

describe.skipIf(!isPossible)('text that is decoded token by token', () => {
  it('is what one pass over prompt and text says, in every engine', async () => {
    for (const engine of await ownEngines()) {
      const decoder = decoders.find(({ name }) => name === engine.name)
      if (decoder === undefined) throw new Error(`nothing decodes as ${engine.name}`)
      await useEngine(engine.create(MODEL, 255), async (running) => {
        for (const prompt of PROMPTS) {
          const text = await decodeGreedily(decoder, prompt, COUNT)
          const tokens = Uint32Array.of(...prompt, ...text)
          const positions = Uint32Array.from(text, (_, i) => prompt.length + i)
          const [evaluation] = await running.evaluate([{ tokens, positions, probes: new Uint32Array() }])
          expect([engine.name, evaluation?.positions.map(({ argMax }) => argMax)]).toEqual([engine.name, [...text]])
        }
      })
    }
  })

  it('has the same logits, whether its prompt is fed at once or in pieces', async () => {
    const [prompt] = PROMPTS
    if (prompt === undefined) throw new Error('there are prompts')
    for (const decoder of decoders) {
      const whole = await decoder.feed(prompt, 0)
      for (const piece of [1, 3, 7, 16, 31]) {
        let logits: Float32Array = new Float32Array()
        for (let at = 0; at < prompt.length; at += piece) logits = await decoder.feed(prompt.slice(at, at + piece), at)
        expect([decoder.name, piece, logits]).toEqual([decoder.name, piece, whole])
      }
    }
  })
})
