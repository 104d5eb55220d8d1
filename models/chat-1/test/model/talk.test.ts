import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPortableEngine, type InferenceEngine } from '@poai/inference'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { answerTo, CONTEXT_TOKENS } from '../../answer-to.ts'
import { type Exchange, encodePrompt, STOP_TOKENS } from '../../text/encode-dialogue.ts'

/*
 * What the model in the repository says, to the byte: portable-1 computes the same logits everywhere, and the arg max
 * is taken of them. Another model says other things: write these again with talk.ts.
 */

const ALONE: readonly (readonly [user: string, answer: string])[] = [
  ['hello', 'Hello! How can I help you?'],
  ['what is a block?', 'A block holds transactions and a header. Blocks follow each other in a chain.'],
  ['What does a validator do?', 'A validator replays the exam of each block and checks the bits.'],
  [
    'tell me a story about a fox',
    'Once there was a curious fox who lived in a green meadow. One day, it went to the market to buy porridge. There a starfish was selling a striped pearl, and it forgot its hunger. It came home without pearl, but very happy.',
  ],
  ['look around', 'You are in a crossroads. You see a strange spoon. You can go north or east.'],
  ['go north', 'You go north. You are in a courtyard. You see a book. You can go north or south.'],
  ['what colour is grass?', 'Grass is green.'],
  ['what does a cow say?', 'A cow moos.'],
  ['What is rain?', 'Rain is water that falls from clouds. It comes from the sea and the lakes.'],
  ['how do i make soup?', 'Cut carrots, potatoes and an onion, and boil them in water with salt for half an hour.'],
  ['thank you', 'You are welcome. Ask me anything else.'],
]

const DIALOGUE: readonly (readonly [user: string, answer: string])[] = [
  ['hi', 'Hello! How can I help you?'],
  ['My name is Anna.', 'Nice to meet you, Anna!'],
  ['what is my name?', 'You are Anna.'],
  ['bye', 'See you!'],
]

let engine: InferenceEngine
const cacheDirectory = await mkdtemp(join(tmpdir(), 'poai-chat-'))
beforeAll(async () => {
  engine = createPortableEngine({
    modelPath: join(import.meta.dirname, '../../chat-1.Q8_0.gguf'),
    cacheDirectory,
    contextSize: CONTEXT_TOKENS,
    workers: 1,
    program: 'wasm',
  })
  await engine.start()
})
afterAll(async () => {
  await engine.stop()
  await rm(cacheDirectory, { recursive: true })
})

it.each(ALONE)('answers %j', async (user, answer) => {
  expect(await answerTo(engine, user)).toBe(answer)
})

it('answers in a dialogue, with what was said before', async () => {
  const said: Exchange[] = []
  for (const [user, answer] of DIALOGUE) {
    expect(await answerTo(engine, user, said)).toBe(answer)
    said.push({ user, answer })
  }
})

it('ends an answer by the end of its line, and then the text', async () => {
  const prompt = encodePrompt('hello')
  const sampling = { temperature: 0, seed: new Uint8Array(32) }
  const { tokens } = await engine.generate({ prompt, maxTokens: 100, sampling, stopTokens: [STOP_TOKENS[0] as number] })
  expect([...tokens.slice(-2)]).toEqual([STOP_TOKENS[1], STOP_TOKENS[0]])
})

it('forgets what was said first where the context has no room for it', async () => {
  const before = Array.from({ length: 9 }, () => ({ user: 'hello', answer: 'x'.repeat(90) }))
  expect(await answerTo(engine, 'hello', before)).toMatch(/./)
  await expect(answerTo(engine, 'x'.repeat(CONTEXT_TOKENS))).rejects.toThrow(RangeError)
})
