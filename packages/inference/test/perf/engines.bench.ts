// How fast the engines of portable-1 are beside llama.cpp's AVX2 build, by size and format of the model, in one run:
// exams in one pass, and text token by token. npm run bench -- engines [TURNS] [--large]
//
// One worker of each engine, in turns of a second, so that a disturbance of the machine meets all. Processes are
// measured by their own CPU time where the system tells it, WebAssembly by the clock. --large: 1.1 billion weights too,
// for which it takes some minutes.
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { findDomain } from '@poai/inference'
import { seededExamRequests } from '@poai/testing'
import type { InferenceEngine } from '../../src/engine/inference-engine.ts'
import { createLlamaEngine } from '../../src/engine/llama-engine.ts'
import type { SyntheticLlamaOptions } from '../../src/gguf/synthetic-llama.ts'
import { llamaEngine, ownEngines } from '../model/agreement/agreeing-engines.ts'
import { type Decoder, decodeGreedily, startDecoders } from '../model/agreement/decoders.ts'
import { PACKAGED_DOMAIN_NAME } from '../model/test-model.ts'
import { createBenchFolder, LARGE_SHAPE } from './bench-models.ts'

/** 27 million weights. */
const MEDIUM: Partial<SyntheticLlamaOptions> = { layers: 8, width: 512, heads: 8, kvHeads: 8, feedForward: 1536 }
const TURN_MS = 1_000
const DECODED_TOKENS = 64
/** Ticks of a second in /proc. */
const TICKS = 100

const args = process.argv.slice(2)
const turns = Number(args.find((arg) => /^\d+$/.test(arg)) ?? 4)
const folder = await createBenchFolder()
const requests = seededExamRequests('engines', 16)
const PROMPT = requests[0]?.tokens.slice(0, 64) ?? new Uint32Array()

interface Contestant {
  readonly name: string
  readonly engine: InferenceEngine
  exams: number
  seconds: number
}

/** CPU seconds of a process; undefined where the system does not say. */
async function cpuSecondsOf(pid: number | undefined): Promise<number | undefined> {
  if (pid === undefined) return undefined
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields === undefined ? undefined : (Number(fields[11]) + Number(fields[12])) / TICKS
}

async function takeTurn(contestant: Contestant): Promise<void> {
  const { engine } = contestant
  const pid = engine.status.workers[0]?.pid
  const startMs = performance.now()
  const startCpu = await cpuSecondsOf(pid)
  for (let at = 0; performance.now() - startMs < TURN_MS; at = (at + 4) % requests.length) {
    contestant.exams += (await engine.evaluate(requests.slice(at, at + 4))).length
  }
  const endCpu = await cpuSecondsOf(pid)
  const wall = (performance.now() - startMs) / 1000
  contestant.seconds += startCpu === undefined || endCpu === undefined ? wall : endCpu - startCpu
}

async function decodedPerSecond(decoder: Decoder): Promise<number> {
  await decodeGreedily(decoder, PROMPT, 2)
  const startMs = performance.now()
  await decodeGreedily(decoder, PROMPT, DECODED_TOKENS)
  return DECODED_TOKENS / ((performance.now() - startMs) / 1000)
}

async function compare(model: string, path: string): Promise<Record<string, string | number>[]> {
  const packaged = findDomain(PACKAGED_DOMAIN_NAME)?.build
  if (packaged === undefined) throw new Error(`no domain ${PACKAGED_DOMAIN_NAME}`)
  const { cacheDirectory } = folder
  const engines = [
    ...(await ownEngines()),
    llamaEngine(cacheDirectory),
    {
      name: `llama.cpp, ${PACKAGED_DOMAIN_NAME}`,
      create: (modelPath: string) => createLlamaEngine({ build: packaged, modelPath, cacheDirectory, workers: 1 }),
    },
  ]
  const contestants = engines.map(
    ({ name, create }): Contestant => ({ name, engine: create(path, 255), exams: 0, seconds: 0 }),
  )
  for (const { engine } of contestants) {
    await engine.start()
    await engine.evaluate(requests.slice(0, 1))
  }
  for (let turn = 0; turn < turns; turn++) for (const contestant of contestants) await takeTurn(contestant)
  await Promise.all(contestants.map(({ engine }) => engine.stop()))
  const decoders = await startDecoders(path)
  const decoded = new Map<string, number>()
  for (const decoder of decoders) {
    decoded.set(decoder.name, await decodedPerSecond(decoder))
    await decoder.close()
  }
  const rateOf = ({ exams, seconds }: Contestant): number => exams / seconds
  const reference = contestants.at(-1)
  return contestants.map((contestant) => ({
    model,
    engine: contestant.name,
    'exams/s': rateOf(contestant).toFixed(rateOf(contestant) < 10 ? 2 : 1),
    ratio: (rateOf(contestant) / (reference === undefined ? 1 : rateOf(reference))).toFixed(2),
    'tokens/s, one by one': Math.round(decoded.get(contestant.name) ?? 0) || '-',
  }))
}

const models: (readonly [name: string, path: () => Promise<string>])[] = [['quiz-1, Q8_0', folder.quizModel]]
for (const format of ['Q8_0', 'Q4_0', 'F16', 'F32'] as const) {
  models.push([`27 M, ${format}`, () => folder.synthetic(`medium-${format}`, { ...MEDIUM, format })])
}
if (args.includes('--large')) models.push(['1.1 B, Q4_0', () => folder.synthetic('large', LARGE_SHAPE)])
const rows: Record<string, string | number>[] = []
for (const [model, path] of models) {
  const found = await compare(model, await path())
  for (const row of found) console.error(JSON.stringify(row))
  rows.push(...found)
}
await folder.remove()
console.table(rows)
console.log(`${availableParallelism()} cores`)
