// Evaluations per CPU-second through the whole engine (process boundary, queue, bits) against a bare loop of
// controlledEvaluate over the same sequences, alternating in one run; CPU time of all processes counted.
// npm run bench -- inference [--large]
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createLlamaEngine, type EvaluationRequest, type InferenceEngine } from '@poai/inference'
import { seededExamRequests } from '@poai/testing'
import { isolateBackend } from '../../src/engine/isolate-backend.ts'
import { encodeBatch } from '../../src/engine/worker-protocol.ts'
import type { BareLoopTimes } from './bare-loop.ts'
import { type BenchFolder, createBenchFolder, LARGE_SHAPE } from './bench-models.ts'

/** Least ratio of engine to bare loop, for the embedded model. */
const TARGET_RATIO = 0.95

/** Kernel ticks a second in /proc/PID/stat: fixed at 100 for user space on Linux. */
const TICKS_PER_SECOND = 100

interface Case {
  readonly name: string
  readonly modelPath: string
  /** Sequences in one round. */
  readonly exams: number
  /** Rounds of engine and bare loop each. */
  readonly rounds: number
}

interface Row {
  readonly model: string
  readonly 'engine /CPU-s': number
  readonly 'bare /CPU-s': number
  readonly ratio: number
  readonly 'logits share of bare': string
  readonly 'parent share of engine': string
}

async function measure(bench: Case, folder: BenchFolder): Promise<Row> {
  const requests = seededExamRequests('inference-bench', bench.exams)
  const engine = createLlamaEngine({
    build: folder.build,
    modelPath: bench.modelPath,
    cacheDirectory: folder.cacheDirectory,
    workers: 1,
  })
  const bare = await startBareLoop(bench, folder)
  await engine.start()
  const totals = { engine: 0, parent: 0, bare: 0, sampling: 0, wall: 0 }
  await engine.evaluate(requests.slice(0, 4))
  await runBare(bare, requests.slice(0, 4))
  for (let round = 0; round < bench.rounds; round++) {
    const cpu = await runEngine(engine, requests)
    const times = await runBare(bare, requests)
    totals.engine += cpu.total
    totals.parent += cpu.parent
    totals.bare += times.cpuMs
    totals.sampling += times.samplingMs
    totals.wall += times.wallMs
  }
  await engine.stop()
  bare.disconnect()
  const evaluations = bench.exams * bench.rounds
  return {
    model: bench.name,
    'engine /CPU-s': round((1000 * evaluations) / totals.engine),
    'bare /CPU-s': round((1000 * evaluations) / totals.bare),
    ratio: round(totals.bare / totals.engine),
    'logits share of bare': percent(totals.sampling / totals.wall),
    'parent share of engine': percent(totals.parent / totals.engine),
  }
}

async function runEngine(
  engine: InferenceEngine,
  requests: readonly EvaluationRequest[],
): Promise<{ readonly total: number; readonly parent: number }> {
  const [worker] = engine.status.workers
  const before = readCpuMs(worker?.pid)
  const own = process.cpuUsage()
  await engine.evaluate(requests, { priority: 'mine' })
  const { user, system } = process.cpuUsage(own)
  const parent = (user + system) / 1000
  return { total: parent + readCpuMs(worker?.pid) - before, parent }
}

/** User and system time of a process with all its threads. */
function readCpuMs(pid: number | undefined): number {
  const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (1000 * (Number(afterName[11]) + Number(afterName[12]))) / TICKS_PER_SECOND
}

async function startBareLoop({ modelPath }: Case, folder: BenchFolder): Promise<ChildProcess> {
  const child = fork(new URL('./bare-loop.ts', import.meta.url), [], { serialization: 'advanced' })
  child.send({ build: await isolateBackend(folder.build, folder.cacheDirectory), modelPath })
  await once(child, 'message')
  return child
}

async function runBare(child: ChildProcess, requests: readonly EvaluationRequest[]): Promise<BareLoopTimes> {
  child.send(encodeBatch(requests))
  const [times] = await once(child, 'message')
  return times as BareLoopTimes
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

const folder = await createBenchFolder()
try {
  const cases: Case[] = [
    { name: 'quiz-1', modelPath: await folder.quizModel(), exams: 200, rounds: 5 },
    {
      name: 'vocabulary 32k',
      modelPath: await folder.synthetic('32k', { vocabularySize: 32_000, width: 256, feedForward: 768 }),
      exams: 40,
      rounds: 3,
    },
    {
      name: 'vocabulary 152k',
      modelPath: await folder.synthetic('152k', { vocabularySize: 152_000, width: 256, feedForward: 768 }),
      exams: 12,
      rounds: 3,
    },
  ]
  if (process.argv.includes('--large')) {
    cases.push({ name: '1.1 B Q4_0', modelPath: await folder.synthetic('large', LARGE_SHAPE), exams: 4, rounds: 2 })
  }
  const rows: Row[] = []
  for (const bench of cases) {
    const row = await measure(bench, folder)
    rows.push(row)
    // A large model takes minutes: what is known is shown at once.
    console.error(`${row.model}: ratio ${row.ratio}`)
  }
  console.table(rows)
  const [embedded] = rows
  if (embedded === undefined || embedded.ratio < TARGET_RATIO) {
    console.error(`inference: ratio ${embedded?.ratio} is below ${TARGET_RATIO}`)
    process.exitCode = 1
  }
} finally {
  await folder.remove()
}
