// npm run bench -- search-latency [rounds]
//
// How long a search takes to end when it is told to, and an evaluation that comes in the middle of a search or of a
// generation, with the model of the built-in networks and one worker: for the native program and for WebAssembly.
import { join } from 'node:path'
import { createPortableEngine, type InferenceEngine } from '@poai/inference'
import { prepareProgramCache, seededExamRequests } from '@poai/testing'
import { SEARCH_JOB } from '../model/program/search-job.ts'

const [rounds = 50] = process.argv.slice(2).map(Number)
const modelPath = join(import.meta.dirname, '../../../../models/quiz-1/quiz-1.Q8_0.gguf')
const cacheDirectory = await prepareProgramCache()
const [exam] = seededExamRequests('latency', 1)
if (exam === undefined) throw new Error('there is an exam')

/** Moments of an attempt at which something comes are spread by it. */
const LONGEST_SEARCH_MS = 100

/** Searches, and how long it takes from a random moment until `interrupt` has settled. */
async function measure(
  engine: InferenceEngine,
  interrupt: (searching: Promise<unknown>, abort: AbortController) => Promise<unknown>,
): Promise<readonly number[]> {
  const elapsed: number[] = []
  for (let round = 0; round < rounds; round++) {
    const abort = new AbortController()
    const span = { first: BigInt(round) << 32n, end: 1n << 62n }
    const searching = Promise.resolve(engine.search?.(SEARCH_JOB, span, { signal: abort.signal })).catch(
      () => undefined,
    )
    await new Promise((resolve) => setTimeout(resolve, LONGEST_SEARCH_MS * Math.random()))
    const began = performance.now()
    await interrupt(searching, abort)
    elapsed.push(performance.now() - began)
    abort.abort()
    await searching
  }
  return elapsed.sort((a, b) => a - b)
}

/** An evaluation by itself, and one that comes at a random moment of a generation up to the end of the context. */
async function measureInGenerations(engine: InferenceEngine, isGenerating: boolean): Promise<readonly number[]> {
  const elapsed: number[] = []
  const prompt = Uint32Array.of(1, 40)
  for (let round = 0; round < rounds; round++) {
    const abort = new AbortController()
    const sampling = { temperature: 1000, seed: new Uint8Array(32).fill(round % 256) }
    const request = { prompt, maxTokens: 254, sampling, stopTokens: [] }
    const began = Promise.withResolvers<void>()
    const after = Math.floor(200 * Math.random())
    const onToken = ({ index }: { readonly index: number }): void => {
      if (index >= after) began.resolve()
    }
    const generating = isGenerating
      ? engine.generate(request, { signal: abort.signal, onToken }).catch(() => undefined)
      : began.resolve()
    await began.promise
    const start = performance.now()
    await engine.evaluate(exam === undefined ? [] : [exam])
    elapsed.push(performance.now() - start)
    abort.abort()
    await generating
  }
  return elapsed.sort((a, b) => a - b)
}

const rows: Record<string, string | undefined>[] = []
for (const program of ['native', 'wasm'] as const) {
  const engine = createPortableEngine({ modelPath, cacheDirectory, program, workers: 1 })
  await engine.start()
  const interruptions: Readonly<Record<string, Parameters<typeof measure>[1]>> = {
    cancel: async (searching, abort) => {
      abort.abort()
      await searching
    },
    evaluation: () => engine.evaluate([exam]),
  }
  const measurements: Readonly<Record<string, () => Promise<readonly number[]>>> = {
    ...Object.fromEntries(
      Object.entries(interruptions).map(([what, interrupt]) => [
        `${what} in a search`,
        () => measure(engine, interrupt),
      ]),
    ),
    'evaluation in a generation': () => measureInGenerations(engine, true),
    'evaluation alone': () => measureInGenerations(engine, false),
  }
  for (const [what, run] of Object.entries(measurements)) {
    const elapsed = await run()
    const at = (share: number): string => `${elapsed[Math.floor(elapsed.length * share)]?.toFixed(2)} ms`
    rows.push({
      engine: engine.status.model?.systemInfo,
      what,
      median: at(0.5),
      'of 10, 9': at(0.9),
      longest: at(0.999),
    })
  }
  await engine.stop()
}
console.table(rows)
