// Every engine of portable-1 on this machine comes to the same: attempts in all their leaves, roots, losses and work
// hashes, and text that is decoded token by token as one pass over it says. npm run evidence -- engines-equal
// [ATTEMPTS] [GENERATIONS]
//
// ATTEMPTS are counted over all engines together (100,000). llama.cpp's words, reduced by the rules in TypeScript, are
// the reference; the other engines make the attempts whole. A root commits to every leaf.
import { join } from 'node:path'
import { type ExamParams, hash32, utf8ToBytes } from '@poai/core'
import { createReferenceAttempts, preparePortableCache, seededExamRequests } from '@poai/testing'
import type { InferenceEngine } from '../../src/engine/inference-engine.ts'
import { llamaEngine, ownEngines } from '../model/agreement/agreeing-engines.ts'
import { decodeGreedily, startDecoders } from '../model/agreement/decoders.ts'

const MODEL = join(import.meta.dirname, '../../../../models/quiz-1/quiz-1.Q8_0.gguf')
const EXAM: ExamParams = { format: 'bytes-1', tokens: 160, answerTokens: 16, minSaltTokens: 12, probes: 4 }
/** No work hash is below it but 0: every attempt is made, none is a solution. */
const IMPOSSIBLE = 1n
/** Nonces that an engine tries before the next one has its turn. */
const TURN = 50
const GENERATED_TOKENS = 32
const TOLD_EVERY_MS = 15_000

const wantedAttempts = Number(process.argv[2] ?? 100_000)
const wantedGenerations = Number(process.argv[3] ?? 500)
const begin = performance.now()
const differences: string[] = []
let toldMs = begin

function tell(what: string, done: number, total: number): void {
  if (performance.now() - toldMs < TOLD_EVERY_MS) return
  toldMs = performance.now()
  console.error(
    `${Math.round((toldMs - begin) / 1000)} s: ${what}, ${done} of ${total}, ${differences.length} differences`,
  )
}

/** What an attempt came to, in one line. */
function lineOf(root: Uint8Array, loss: bigint, workHash: bigint): string {
  return `${Buffer.from(root).toString('hex')} ${loss} ${workHash.toString(16)}`
}

const reference = createReferenceAttempts(EXAM)

/** A block of its own for every turn. */
function jobOf(turn: number) {
  const hashOf = (name: string) => hash32(utf8ToBytes(`engines-equal ${name} ${turn}`))
  return { exam: EXAM, epochKey: hashOf('epoch'), sealHash: hashOf('seal'), target: IMPOSSIBLE }
}

async function referenceLines(llama: InferenceEngine, turn: number): Promise<readonly string[]> {
  const job = jobOf(turn)
  const requests: Parameters<InferenceEngine['evaluate']>[0][number][] = []
  for (let nonce = 0n; nonce < TURN; nonce++) {
    reference.attempt(job, nonce, (exam) => {
      requests.push(exam)
      return new Uint32Array(exam.positions.length * (4 + exam.probes.length))
    })
  }
  const evaluations = await llama.evaluate(requests)
  return evaluations.map(({ words }, nonce) => {
    const attempt = reference.attempt(job, BigInt(nonce), () => words)
    return 'root' in attempt ? lineOf(attempt.root, attempt.lossMicroNats, attempt.workHash) : attempt.kind
  })
}

async function ownLines(engine: InferenceEngine, turn: number): Promise<readonly string[]> {
  const job = jobOf(turn)
  const lines: string[] = []
  for (let nonce = 0n; nonce < TURN; nonce++) {
    await engine.search?.(
      job,
      { first: nonce, end: nonce + 1n },
      {
        onProgress: ({ best }) => {
          lines.push(best === undefined ? 'void' : lineOf(best.transcriptRoot, best.lossMicroNats, best.workHash))
        },
      },
    )
  }
  return lines
}

const own = (await ownEngines()).map(({ name, create }) => ({ name, engine: create(MODEL, 255) }))
const llama = llamaEngine(await preparePortableCache()).create(MODEL, 255)
const made = new Map<string, readonly string[]>()
const rows = new Map(
  [...own.map(({ name }) => name), 'llama.cpp'].map((name) => [name, { attempts: 0, generations: 0 }]),
)
const count = (name: string, what: 'attempts' | 'generations', more: number): void => {
  const row = rows.get(name)
  if (row !== undefined) row[what] += more
}

await Promise.all([llama, ...own.map(({ engine }) => engine)].map((engine) => engine.start()))
const turns = Math.ceil(wantedAttempts / TURN / (own.length + 1))
for (let turn = 0; turn < turns; turn++) {
  // Two at a time: llama.cpp beside the others in their turn.
  const [expected] = await Promise.all([
    referenceLines(llama, turn),
    (async () => {
      for (const { name, engine } of own) {
        const lines = await ownLines(engine, turn)
        made.set(name, lines)
      }
    })(),
  ])
  count('llama.cpp', 'attempts', TURN)
  for (const { name } of own) {
    const lines = made.get(name) ?? []
    expected.forEach((line, nonce) => {
      if (lines[nonce] !== line) differences.push(`${name}, turn ${turn}, nonce ${nonce}: ${lines[nonce]}, not ${line}`)
    })
    count(name, 'attempts', lines.length)
  }
  tell('attempts', turn * TURN * (own.length + 1), wantedAttempts)
}

const prompts = seededExamRequests('engines-equal', wantedGenerations)
const decoders = await startDecoders(MODEL)
for (const [index, { tokens, positions }] of prompts.entries()) {
  const prompt = tokens.slice(0, positions[index % positions.length])
  const most = Math.min(GENERATED_TOKENS, 256 - prompt.length)
  const texts = await Promise.all(decoders.map((decoder) => decodeGreedily(decoder, prompt, most)))
  const [text = new Uint32Array()] = texts
  const request = {
    tokens: Uint32Array.of(...prompt, ...text),
    positions: Uint32Array.from(text, (_, i) => prompt.length + i),
    probes: new Uint32Array(),
  }
  const passes = await Promise.all(
    [llama, ...own.map(({ engine }) => engine)].map((engine) => engine.evaluate([request])),
  )
  const said = passes.map(([evaluation]) => evaluation?.positions.map(({ argMax }) => argMax).join())
  const leaves = new Set(passes.map(([evaluation]) => evaluation?.words.join()))
  if (said.some((one) => one !== text.join())) differences.push(`generation ${index}: one pass says another text`)
  if (texts.some((one) => one.join() !== text.join()))
    differences.push(`generation ${index}: two engines decode other texts`)
  if (leaves.size !== 1) differences.push(`generation ${index}: two engines have other leaves`)
  for (const name of rows.keys()) count(name, 'generations', 1)
  tell('generations', index, wantedGenerations)
}

await Promise.all([
  ...decoders.map((decoder) => decoder.close()),
  llama.stop(),
  ...own.map(({ engine }) => engine.stop()),
])
console.table(Object.fromEntries(rows))
const total = [...rows.values()].reduce((sum, { attempts }) => sum + attempts, 0)
const seconds = Math.round((performance.now() - begin) / 1000)
console.log(`${total} attempts, ${wantedGenerations} generations, ${differences.length} differences, ${seconds} s`)
for (const difference of differences.slice(0, 20)) console.error(difference)
if (differences.length > 0 || total < wantedAttempts) process.exitCode = 1
