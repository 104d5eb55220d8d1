// How fast the domain portable-1 is beside the AVX2 variant, in every format, in one run.
// npm run bench -- portable-speed [SECONDS]
//
// One worker of each domain, in turns of a second, so that a disturbance of the machine meets both.
import { createLlamaEngine, findDomain, type InferenceEngine, PORTABLE_DOMAIN_NAME } from '@poai/inference'
import { seededExamRequests } from '@poai/testing'
import type { SyntheticLlamaOptions } from '../../src/gguf/synthetic-llama.ts'
import { PACKAGED_DOMAIN_NAME } from '../model/test-model.ts'
import { createBenchFolder } from './bench-models.ts'

/** 27 million weights. */
const MEDIUM: Partial<SyntheticLlamaOptions> = { layers: 8, width: 512, heads: 8, kvHeads: 8, feedForward: 1536 }
const TURN_MS = 1_000
/** What the domain was built for: at least this share of the variant's speed. */
const WANTED_RATIO = 0.6

const turns = Number(process.argv[2] ?? 6)
const folder = await createBenchFolder()
const requests = seededExamRequests('portable-speed', 16)
const TOKENS = requests.reduce((sum, { tokens }) => sum + tokens.length - 1, 0) / requests.length

interface Contestant {
  readonly engine: InferenceEngine
  exams: number
  milliseconds: number
}

async function start(domain: string, modelPath: string): Promise<Contestant> {
  const build = findDomain(domain)?.build
  if (build === undefined) throw new Error(`no domain ${domain}`)
  const engine = createLlamaEngine({ build, modelPath, cacheDirectory: folder.cacheDirectory, workers: 1 })
  await engine.start()
  await engine.evaluate(requests.slice(0, 2))
  return { engine, exams: 0, milliseconds: 0 }
}

async function takeTurn(contestant: Contestant): Promise<void> {
  const startMs = performance.now()
  for (let at = 0; performance.now() - startMs < TURN_MS; at = (at + 2) % requests.length) {
    contestant.exams += (await contestant.engine.evaluate(requests.slice(at, at + 2))).length
  }
  contestant.milliseconds += performance.now() - startMs
}

const models: (readonly [name: string, path: string])[] = [['quiz-1, Q8_0', await folder.quizModel()]]
for (const format of ['Q8_0', 'Q4_0', 'F16', 'F32'] as const) {
  models.push([`27 M weights, ${format}`, await folder.synthetic(`medium-${format}`, { ...MEDIUM, format })])
}
const rows: Record<string, string | number>[] = []
for (const [model, path] of models) {
  const portable = await start(PORTABLE_DOMAIN_NAME, path)
  const variant = await start(PACKAGED_DOMAIN_NAME, path)
  for (let turn = 0; turn < turns; turn++) {
    await takeTurn(portable)
    await takeTurn(variant)
  }
  await Promise.all([portable.engine.stop(), variant.engine.stop()])
  const [rate, reference] = [portable, variant].map(({ exams, milliseconds }) => (1000 * exams * TOKENS) / milliseconds)
  const ratio = (rate ?? 0) / (reference ?? 1)
  rows.push({
    model,
    [`${PORTABLE_DOMAIN_NAME} tokens/s`]: Math.round(rate ?? 0),
    [`${PACKAGED_DOMAIN_NAME} tokens/s`]: Math.round(reference ?? 0),
    ratio: ratio.toFixed(2),
    verdict: ratio >= WANTED_RATIO ? 'ok' : 'FAILED',
  })
  console.error(JSON.stringify(rows.at(-1)))
}
await folder.remove()
console.table(rows)
if (rows.some(({ verdict }) => verdict === 'FAILED')) process.exitCode = 1
