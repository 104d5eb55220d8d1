// npm run bench -- decoding [MODEL.gguf] [CONTEXT] [ROUNDS]
//
// What a token of text costs, in processor time of one thread: of the prompt, of the output where it is drawn, and of
// prompt and output in a replay, with the model of the built-in networks or another one. The last table is what gas is
// derived from: tokens where they cost most, and the base: a call of one token after a prompt of one, all in all. There
// is no WebAssembly without SIMD: the module has one form.
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { prepareProgramCache } from '@poai/testing'
import { buildProgram } from '../../src/build/build-program.ts'
import { nativeVariants } from '../../src/build/native-program.ts'
import { encodeSlice, type GenerationSlice } from '../../src/engine/slice-codec.ts'
import { encodeBatch } from '../../src/engine/worker-protocol.ts'
import { WASM_MODULE_FILE } from '../../src/wasm/module-file.ts'
import { openWasmModel } from '../../src/wasm/wasm-model.ts'
import { loadWords, startRawProgram } from '../model/program/raw-program.ts'

const QUIZ = join(import.meta.dirname, '../../../../models/quiz-1/quiz-1.Q8_0.gguf')
const [modelPath = QUIZ, contextText = '255', roundsText = '50'] = process.argv.slice(2)
const context = Number(contextText)
const rounds = Number(roundsText)
const SAMPLING = { temperature: 1000, seed: new Uint8Array(32).fill(7) }
/** Gas for a second of processor time, at least. */
const GAS_PER_SECOND = 6_000_000
/** Output tokens over which a rate is taken. */
const SPAN = 8

/** One worker whose time is measured, in milliseconds. */
interface Measured {
  readonly name: string
  /** A slice of a generation; one that was begun before goes on where it is. */
  generate(generation: number, slice: Pick<GenerationSlice, 'prompt' | 'output' | 'maxTokens'>): Promise<number>
  replay(tokens: Uint32Array, positions: Uint32Array): Promise<number>
  close(): Promise<void>
}

const LOAD = 1
const EVALUATE = 2
const GENERATE = 6
const RESULT = 3
const RESTED = 8
const TICKS_PER_MS = 1e6

/** Processor time of a process of one thread. */
async function processMs(pid: number): Promise<number> {
  return Number((await readFile(`/proc/${pid}/schedstat`, 'utf8')).split(' ')[0]) / TICKS_PER_MS
}

async function openNative(file: string, variant: string): Promise<Measured> {
  const program = startRawProgram(file)
  program.send(LOAD, ...loadWords(modelPath, { variant, context }))
  await program.next()
  const pid = program.child.pid ?? 0
  const timed = async (last: number, kind: number, words: readonly number[]): Promise<number> => {
    const before = await processMs(pid)
    program.send(kind, ...words)
    while ((await program.next()).kind !== last);
    return (await processMs(pid)) - before
  }
  return {
    name: `native ${variant}`,
    generate: (generation, slice) =>
      timed(RESTED, GENERATE, [1, generation, 0, ...encodeSlice({ ...slice, sampling: SAMPLING, stopTokens: [] })]),
    replay: (tokens, positions) =>
      timed(RESULT, EVALUATE, [
        1,
        ...encodeBatch([{ tokens, positions, probes: new Uint32Array(), sampling: SAMPLING }]),
      ]),
    close: async () => {
      program.child.stdin.end()
      await program.ended()
    },
  }
}

const sleepers = new Int32Array(new SharedArrayBuffer(4))

/** Processor time of this thread. The system brings it up to date when a thread sleeps, and else only at its ticks. */
function threadMs(): number {
  Atomics.wait(sleepers, 0, 0, 1)
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

async function openWasm(): Promise<Measured> {
  const [module, model] = await Promise.all([readFile(WASM_MODULE_FILE), readFile(modelPath)])
  const opened = await openWasmModel({ module, model, contextSize: context, wantsStop: () => false })
  const timed = async (run: () => void): Promise<number> => {
    const before = threadMs()
    run()
    return threadMs() - before
  }
  return {
    name: 'wasm',
    generate: (generation, slice) =>
      timed(() => {
        const step = opened.beginGeneration(generation, encodeSlice({ ...slice, sampling: SAMPLING, stopTokens: [] }))
        for (;;) if (step().kind === 'last') return
      }),
    replay: (tokens, positions) =>
      timed(() => void opened.evaluate([{ tokens, positions, probes: new Uint32Array(), sampling: SAMPLING }])),
    close: async () => undefined,
  }
}

function textOf(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => (i === 0 ? 1 : 3 + ((i * 89 + 32) % 96)))
}

/** The least of some rounds: what else runs on the machine only adds to it. */
async function least(measure: () => Promise<number>): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) best = Math.min(best, await measure())
  return best
}

/** Microseconds of processor time, by what they are for. */
interface Costs {
  readonly base: number
  readonly prompt: number
  readonly drawn: number
  readonly replayed: number
}

let generations = 0

async function costsAt(worker: Measured, place: number): Promise<Costs> {
  const begin = (prompt: Uint32Array): Promise<number> =>
    worker.generate(++generations, { prompt, output: [], maxTokens: 1 })
  const prompt = textOf(place)
  const whole = await least(() => begin(prompt))
  const base = await least(() => begin(textOf(1)))
  // Its prompt is fed, and the time does not count.
  const drawn = await least(async () => {
    await begin(prompt)
    return await worker.generate(generations, { prompt, output: [5], maxTokens: 1 + SPAN })
  })
  const tokens = textOf(place + SPAN)
  const positions = Uint32Array.from({ length: tokens.length - 1 }, (_, i) => i + 1)
  const replay = await least(() => worker.replay(tokens, positions))
  return {
    base: 1000 * base,
    prompt: (1000 * (whole - base)) / (place - 1),
    drawn: (1000 * drawn) / SPAN,
    replayed: (1000 * replay) / positions.length,
  }
}

const program = await buildProgram({ cacheDirectory: await prepareProgramCache() })
const workers = [
  ...(await Promise.all((await nativeVariants(program)).map((name) => openNative(program.file, name)))),
  await openWasm(),
]
const places = [16, 128, context - SPAN].filter((place, index) => index === 2 || place + SPAN < context - SPAN)
const rows: Record<string, string | number>[] = []
const worst = new Map<string, Costs>()
for (const worker of workers) {
  for (const place of places) {
    const costs = await costsAt(worker, place)
    const before = worst.get(worker.name) ?? costs
    const larger = (name: keyof Costs): number => Math.max(before[name], costs[name])
    worst.set(worker.name, {
      base: larger('base'),
      prompt: larger('prompt'),
      drawn: larger('drawn'),
      replayed: larger('replayed'),
    })
    rows.push({
      engine: worker.name,
      'tokens before': place,
      'drawn, tokens/s': Math.round(1e6 / costs.drawn),
      'drawn, ms': (costs.drawn / 1000).toFixed(3),
      'prompt, ms': (costs.prompt / 1000).toFixed(3),
      'replay, ms': (costs.replayed / 1000).toFixed(3),
    })
  }
  await worker.close()
}
console.log(`${basename(modelPath)}, context ${context}, the least of ${rounds} rounds, processor time of one thread`)
console.table(rows)
console.log(`at the worst place, in microseconds of processor time, and as gas at ${GAS_PER_SECOND} a second`)
console.table(
  Object.fromEntries(
    [...worst].map(([name, costs]) => [
      name,
      Object.fromEntries(
        Object.entries(costs).flatMap(([what, microseconds]) => [
          [`${what}, us`, Math.ceil(microseconds)],
          [`${what}, gas`, Math.ceil((microseconds * GAS_PER_SECOND) / 1e6)],
        ]),
      ),
    ]),
  ),
)
