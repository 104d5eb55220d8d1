// Which shapes and settings change a bit of a transcript leaf, and which do not.
// npm run bench -- determinism [--quick] [--domain portable-1]
//
// The reference is the engine in its canonical shape. Rows that must be equal compare at least 100,000 leaves between
// them; rows that must differ are there to show that the comparison would notice.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import {
  createLlamaEngine,
  type EvaluationRequest,
  KNOWN_DOMAINS,
  type LlamaBuild,
  wordsOfEngine,
} from '@poai/inference'
import { mixedExamRequests, seededExamRequests } from '@poai/testing'
import { isolateBackend } from '../../src/engine/isolate-backend.ts'
import { decodeResults, encodeBatch } from '../../src/engine/worker-protocol.ts'
import { canRunDomain } from '../model/runnable-domains.ts'
import { PACKAGED_DOMAIN_NAME } from '../model/test-model.ts'
import { convertToHalf, FLIPPED_TENSORS, flipOneWeight } from './altered-models.ts'
import { createBenchFolder } from './bench-models.ts'
import type { ProbeOptions, Schedule } from './shape-probe.ts'

/** Leaves that the rows of equal bits compare between them. */
const LEAVES_WANTED = 100_000

const quick = process.argv.includes('--quick')
/** Exams of full length in each row, and some of other lengths. */
const EXAMS = [...seededExamRequests('determinism', quick ? 32 : 480), ...mixedExamRequests('determinism', 32, 250)]
/** Evaluations in one process before its last ones are compared. */
const LONG_RUN = quick ? 1_000 : 10_000

const domainAt = process.argv.indexOf('--domain')
const domainName = domainAt < 0 ? PACKAGED_DOMAIN_NAME : (process.argv[domainAt + 1] ?? '')

interface Row {
  readonly row: string
  readonly expected: 'equal' | 'different'
  readonly exams: number
  readonly leaves: number
  readonly differing: number
  readonly verdict: 'ok' | 'FAILED'
}

interface Setting extends Partial<Omit<ProbeOptions, 'build' | 'schedule'>> {
  readonly build?: LlamaBuild
  readonly schedule?: Schedule
}

const ALONE: Schedule = { kind: 'alone' }
const folder = await createBenchFolder(domainName)
const modelPath = await folder.quizModel()
const rows: Row[] = []

/** Evaluates in a fresh process with the setting. */
async function probe(setting: Setting, requests: readonly EvaluationRequest[]): Promise<readonly Uint32Array[]> {
  const { build: wanted = folder.build, ...rest } = setting
  const child = fork(new URL('./shape-probe.ts', import.meta.url), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  try {
    const build = await isolateBackend(wanted, folder.cacheDirectory)
    await ask(child, { build, modelPath, threads: 1, batchSize: 256, flashAttention: false, schedule: ALONE, ...rest })
    const evaluations = decodeResults((await ask(child, encodeBatch(requests))) as Uint32Array, requests)
    if (evaluations === undefined) throw new Error('the probe answered with another number of words')
    return evaluations
  } finally {
    child.disconnect()
  }
}

async function ask(child: ChildProcess, message: ProbeOptions | Uint32Array): Promise<unknown> {
  child.send(message)
  const [answer] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error('the probe died')
    }),
  ])) as readonly unknown[]
  return answer
}

/** Counts the leaves (positions) that differ. */
function compare(row: string, expected: Row['expected'], { requests, reference, found }: Comparison): void {
  let leaves = 0
  let differing = 0
  for (const [index, { positions, probes }] of requests.entries()) {
    const stride = 4 + probes.length
    for (let leaf = 0; leaf < positions.length; leaf++) {
      leaves += 1
      const range = [leaf * stride, (leaf + 1) * stride] as const
      if (found[index]?.subarray(...range).join() !== reference[index]?.subarray(...range).join()) differing += 1
    }
  }
  const ok = expected === 'equal' ? differing === 0 : differing > 0
  rows.push({ row, expected, exams: requests.length, leaves, differing, verdict: ok ? 'ok' : 'FAILED' })
  console.error(`${row}: ${differing} of ${leaves} leaves differ`)
}

interface Comparison {
  readonly requests: readonly EvaluationRequest[]
  readonly reference: readonly Uint32Array[]
  readonly found: readonly Uint32Array[]
}

const engine = createLlamaEngine({ build: folder.build, modelPath, cacheDirectory: folder.cacheDirectory, workers: 2 })
await engine.start()
const reference = await wordsOfEngine(engine)(EXAMS)
const all = { requests: EXAMS, reference }
const few = { requests: EXAMS.slice(-64), reference: reference.slice(-64) }

async function row(name: string, expected: Row['expected'], setting: Setting, on = all): Promise<void> {
  compare(name, expected, { ...on, found: await probe(setting, on.requests) })
}

await row('fresh process', 'equal', {})
await row('2 threads', 'equal', { threads: 2 }, few)
for (const batchSize of [512, 2048]) await row(`batch size ${batchSize}`, 'equal', { batchSize })
for (const batchSize of [32, 64, 128]) await row(`batch size ${batchSize}`, 'equal', { batchSize })
for (const tokens of [16, 40])
  await row(`prompt in chunks of ${tokens}`, 'equal', { schedule: { kind: 'chunks', tokens } })
for (const sequences of [2, 16]) {
  await row(`${sequences} exams together`, 'equal', { schedule: { kind: 'together', sequences } })
}
const order = EXAMS.map((_, index) => (index * 257) % EXAMS.length)
const shuffled = {
  requests: order.map((i) => EXAMS[i] as EvaluationRequest),
  reference: order.map((i) => reference[i] as Uint32Array),
}
await row('16 exams together, shuffled', 'equal', { schedule: { kind: 'together', sequences: 16 } }, shuffled)
await row('prefix of 12 tokens kept in the cache', 'equal', { schedule: { kind: 'kept-prefix', tokens: 12 } })
const evaluate = wordsOfEngine(engine)
for (let done = EXAMS.length; done < LONG_RUN; done += EXAMS.length) {
  await evaluate(EXAMS)
}
compare(`after ${LONG_RUN} evaluations`, 'equal', { ...all, found: await evaluate(EXAMS) })
await engine.stop()

for (const domain of KNOWN_DOMAINS) {
  if (domain.name === domainName || !canRunDomain(domain)) continue
  await row(`domain ${domain.name}`, 'different', { build: domain.build }, few)
}
await row('flash attention', 'different', { flashAttention: true }, few)
const half = folder.path('half.gguf')
await convertToHalf(modelPath, half)
await row('weights as F16', 'different', { modelPath: half }, few)
const flipped = folder.path('flipped.gguf')
for (const tensor of FLIPPED_TENSORS) {
  await flipOneWeight(modelPath, flipped, tensor)
  await row(`one weight of ${tensor} flipped`, 'different', { modelPath: flipped }, few)
}

await folder.remove()
console.table(rows)
const compared = rows.filter(({ expected }) => expected === 'equal').reduce((sum, { leaves }) => sum + leaves, 0)
console.log(`Leaves compared in rows of equal bits: ${compared}`)
if (rows.some(({ verdict }) => verdict === 'FAILED') || (!quick && compared < LEAVES_WANTED)) {
  console.error('determinism: FAILED')
  process.exitCode = 1
}
