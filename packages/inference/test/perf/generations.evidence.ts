// Text that is drawn token by token is what one pass over prompt and text says, word for word and token for token, in
// every engine of this machine. npm run evidence -- generations [GENERATIONS] [MOST_TOKENS] [FIRST]
//
// GENERATIONS (10,000) of up to MOST_TOKENS (32) tokens after prompts of random lengths, at temperatures from 0 to 2,
// some with a stop token, some up to the end of the context. One engine generates, the next one in turn replays;
// WebAssembly has a part in every one of them.
import { join } from 'node:path'
import { seededExamRequests } from '@poai/testing'
import type { GenerationRequest, InferenceEngine } from '../../src/engine/inference-engine.ts'
import { createWordStream } from '../../src/gguf/seeded-words.ts'
import { ownEngines } from '../model/agreement/agreeing-engines.ts'

const MODEL = join(import.meta.dirname, '../../../../models/quiz-1/quiz-1.Q8_0.gguf')
const CONTEXT = 255
const TOLD_EVERY_MS = 30_000
/** Line ends: they stop some generations early. */
const LINE_END = 13
const [wanted = 10_000, mostTokens = 32, first = 0] = process.argv.slice(2).map(Number)

const engines = await Promise.all(
  (await ownEngines()).map(async ({ name, create }) => {
    const engine = create(MODEL, CONTEXT)
    await engine.start()
    return { name, engine }
  }),
)
const wasm = engines.find(({ name }) => name === 'wasm')
if (wasm === undefined) throw new Error('WebAssembly runs everywhere')
const natives = engines.filter((engine) => engine !== wasm)

function requestOf(number: number): GenerationRequest {
  const words = new Uint32Array(12)
  createWordStream(number, 22)(words)
  const [length = 0, heat = 0, kind = 0, stop = 0, ...seed] = words
  const [exam] = seededExamRequests(`generations ${number >> 4}`, 1)
  const text = exam?.tokens ?? new Uint32Array()
  const prompt = text.slice(0, 1 + (length % (text.length - 1)))
  const toTheEnd = kind % 32 === 0
  const room = CONTEXT + 1 - prompt.length
  return {
    prompt,
    maxTokens: toTheEnd ? room : Math.min(room, 1 + (kind % mostTokens)),
    sampling: { temperature: heat % 8 === 0 ? 0 : heat % 2001, seed: new Uint8Array(Uint32Array.from(seed).buffer) },
    stopTokens: stop % 4 === 0 ? [LINE_END] : [],
  }
}

let tokens = 0
let stopped = 0
const differences: string[] = []

/** What generates and what replays; the next number swaps them. */
async function compare(number: number, maker: typeof wasm, checker: typeof wasm): Promise<void> {
  if (maker === undefined || checker === undefined) return
  const request = requestOf(number)
  const made = await maker.engine.generate(request)
  const [replay] = await checker.engine.evaluate([replayOf(request, made.tokens)])
  const isShort = made.tokens.length < request.maxTokens
  const endsRightly = isShort
    ? request.stopTokens.includes(made.tokens.at(-1) ?? -1)
    : made.tokens.length === request.maxTokens
  const isEqual = replay?.positions.every(({ answer, maximum, totalWeight, argMax, drawn }, index) => {
    const words = made.words.subarray(4 * index, 4 * index + 4)
    return drawn === made.tokens[index] && [answer, maximum, totalWeight, argMax].every((word, i) => word === words[i])
  })
  if (isEqual !== true || !endsRightly || !made.finite) {
    differences.push(`generation ${number}: ${maker.name} and ${checker.name}`)
  }
  tokens += made.tokens.length
  stopped += isShort ? 1 : 0
}

function replayOf(
  { prompt, sampling }: GenerationRequest,
  output: Uint32Array,
): Parameters<InferenceEngine['evaluate']>[0][number] {
  const all = Uint32Array.of(...prompt, ...output)
  const positions = Uint32Array.from(output, (_, index) => prompt.length + index)
  return { tokens: all, positions, probes: new Uint32Array(), sampling }
}

const begin = performance.now()
let toldMs = begin
for (let number = first; number < first + wanted; number++) {
  const native = natives[number % Math.max(1, natives.length)] ?? wasm
  const [maker, checker] = number % 2 === 0 ? [native, wasm] : [wasm, native]
  await compare(number, maker, checker)
  if (performance.now() - toldMs < TOLD_EVERY_MS) continue
  toldMs = performance.now()
  const seconds = Math.round((toldMs - begin) / 1000)
  console.error(`${seconds} s: ${number + 1 - first} generations, ${differences.length} differences`)
}
await Promise.all(engines.map(({ engine }) => engine.stop()))
console.log(`engines: ${engines.map(({ name }) => name).join(', ')}`)
console.log(
  `${wanted} generations from ${first} on, ${tokens} tokens, ${stopped} ended by a stop token: ${differences.length} differences`,
)
for (const difference of differences.slice(0, 20)) console.log(difference)
if (differences.length > 0 || tokens < wanted) process.exitCode = 1
