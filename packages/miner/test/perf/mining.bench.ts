/**
 * Tokens a second that go into attempts against what the bare engine reaches with the same workers, and what a new head throws away:
 * `npm run bench -- mining [--workers N] [--rounds N] [--seconds S]`.
 *
 * Rounds of the engine alone and of mining alternate, so that a busy machine hits both alike. The engine alone gets exams that were
 * built before, as fast as it takes them. Mining is two nodes that race for blocks with half of the workers each: they follow their
 * heads, build, finish, seal, replay and import, and every block of the one is a stranger's to the other.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import type { Chain } from '@poai/chain'
import { createExamBuilder, deriveExamSeed, type ExamRequest, examToRequest, networkExamOptions } from '@poai/consensus'
import { devnet, type NetworkParams, silentLogger, ZERO_ADDRESS, ZERO_HASH } from '@poai/core'
import type { InferenceEngine } from '@poai/inference'
import { openBenchEngine } from '@poai/testing/bench-engine'
import { createMiner, type Miner } from '../../src/index.ts'
import { openMemoryChain } from '../support/memory-chain.ts'
import { systemClock } from '../support/system-clock.ts'

/** What the project promises. */
const LEAST_SHARE = 0.9
const MOST_STALE = 0.02
/** The shortest spacing of a built-in network. */
const SPACING_SECONDS = 5
const WARM_UP_SECONDS = 2

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: String(availableParallelism()) },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '20' },
  },
})
const workers = Number(values.workers)
const rounds = Number(values.rounds)
const roundSeconds = Number(values.seconds)

interface Total {
  seconds: number
  attempts: number
}

const tokens = devnet.work.exam.tokens
const buildExam = createExamBuilder(networkExamOptions(devnet))
const { engine, modelName, workerCpuSeconds, close } = await openBenchEngine(undefined, { workers, batchRequests: 4 })

/** Exams for the engine alone: built before, each evaluated once a round. */
function buildRequests(count: number): readonly ExamRequest[] {
  return Array.from({ length: count }, (_, index) =>
    examToRequest(buildExam(deriveExamSeed({ epochKey: ZERO_HASH, sealHash: ZERO_HASH, nonce: BigInt(index) }))),
  )
}

/** Calls of as many requests as the engine likes, two for each worker, until the time is over. */
async function runEngine(
  bare: Pick<InferenceEngine, 'evaluate'>,
  requests: readonly ExamRequest[],
  seconds: number,
): Promise<Total> {
  const begin = performance.now()
  let at = 0
  let attempts = 0
  const isOver = (): boolean => performance.now() - begin > seconds * 1000
  const lane = async (): Promise<void> => {
    while (!isOver()) {
      const call = requests.slice(at, at + 4)
      at = (at + 4) % requests.length
      const { length } = await bare.evaluate(call, { priority: 'mine' })
      attempts += length
    }
  }
  await Promise.all(Array.from({ length: 2 * workers }, lane))
  return { seconds: (performance.now() - begin) / 1000, attempts }
}

interface MinedTotal extends Total {
  blocks: number
  replays: number
  stale: number
  discarded: number
}

/** A miner with a chain of its own, on an engine that it may share. */
interface MiningNode {
  readonly chain: Chain
  readonly miner: Miner
}

async function openNode(params: NetworkParams, share: number): Promise<MiningNode> {
  const { chain } = await openMemoryChain(params, { engine, clock: systemClock })
  const miner = createMiner(
    { params, beneficiary: ZERO_ADDRESS, workers: share },
    { chain, engine, clock: systemClock, logger: silentLogger },
  )
  return { chain, miner }
}

/** Every block of the one goes to the other, whose replay and new head it is: half of all heads are strangers'. */
function connect(from: MiningNode, to: MiningNode): void {
  from.miner.onBlock(({ block, fate }) => {
    // A block that comes second stays beside the chain; one that comes after the end is refused.
    if (fate === 'head') to.chain.importBlock(block, { source: 'peer' }).catch(() => undefined)
  })
}

/** Two nodes race for blocks at the spacing, each with half of the workers; one alone where there is one worker. */
async function runMiners(evaluationsPerSecond: number, seconds: number): Promise<MinedTotal> {
  const attempts = BigInt(Math.ceil(evaluationsPerSecond * SPACING_SECONDS))
  const difficulty = { ...devnet.difficulty, spacingSeconds: SPACING_SECONDS, initialTarget: (1n << 256n) / attempts }
  const params: NetworkParams = { ...devnet, difficulty }
  const shares = workers === 1 ? [1] : [Math.ceil(workers / 2), Math.floor(workers / 2)]
  const nodes = await Promise.all(shares.map((share) => openNode(params, share)))
  const [first, second] = nodes
  if (first !== undefined && second !== undefined) {
    connect(first, second)
    connect(second, first)
  }
  const before = engine.status.evaluations
  const begin = performance.now()
  await Promise.all(nodes.map(({ miner }) => miner.start()))
  await systemClock.sleep(seconds * 1000)
  const elapsed = (performance.now() - begin) / 1000
  const figures = nodes.map(({ miner }) => miner.status)
  for (const { miner } of nodes) await miner.stop()
  for (const { chain } of nodes) await chain.stop()
  // The workers end the batches in their hands: only then all that was computed has been counted.
  while (engine.status.workers.some(({ state }) => state === 'busy')) await systemClock.sleep(10)
  const blocks = figures.reduce((sum, { blocksFound }) => sum + blocksFound, 0)
  const replays = blocks * nodes.length
  const finished = nodes.reduce((sum, { miner }) => sum + miner.status.attempts, 0)
  return {
    seconds: elapsed,
    attempts: figures.reduce((sum, status) => sum + status.attempts, 0),
    blocks,
    replays,
    stale: figures.reduce((sum, { staleAttempts }) => sum + staleAttempts, 0),
    discarded: engine.status.evaluations - before - finished - replays,
  }
}

const requests = buildRequests(2048)
try {
  const warm = await runEngine(engine, requests, WARM_UP_SECONDS)
  const pace = warm.attempts / warm.seconds
  const bare: Total = { seconds: 0, attempts: 0 }
  const mined: MinedTotal = { seconds: 0, attempts: 0, blocks: 0, replays: 0, stale: 0, discarded: 0 }
  const cpu = { bare: 0, mined: 0 }
  for (let round = 0; round < rounds; round++) {
    const start = workerCpuSeconds()
    addTo(bare, await runEngine(engine, requests, roundSeconds))
    const middle = workerCpuSeconds()
    addTo(mined, await runMiners(pace, roundSeconds))
    cpu.bare += middle - start
    cpu.mined += workerCpuSeconds() - middle
  }
  const share = mined.attempts / mined.seconds / (bare.attempts / bare.seconds)
  const stale = mined.stale / (mined.attempts + mined.stale)
  console.log(
    `${modelName}, ${workers} workers, ${rounds} rounds of ${roundSeconds} s each, blocks every ${SPACING_SECONDS} s`,
  )
  console.table({
    'engine alone': rowOf(bare, cpu.bare),
    mining: rowOf(mined, cpu.mined),
  })
  console.log(`blocks ${mined.blocks}, replays ${mined.replays}`)
  console.log(`tokens into attempts of what the engine alone does: ${share.toFixed(3)} (at least ${LEAST_SHARE})`)
  console.log(
    `begun and thrown away at new heads: ${mined.stale} of ${mined.attempts + mined.stale}, ${percent(stale)} (below ${percent(MOST_STALE)})`,
  )
  console.log(`by the engine's own count, with what the end of each round threw away: ${mined.discarded}`)
  if (share < LEAST_SHARE || stale >= MOST_STALE || mined.blocks === 0) process.exitCode = 1
} finally {
  await close()
}

function addTo<Sum extends Total>(sum: Sum, part: Sum): void {
  for (const key of Object.keys(part) as (keyof Sum)[])
    sum[key] = ((sum[key] as number) + (part[key] as number)) as Sum[keyof Sum]
}

function rowOf({ attempts, seconds }: Total, cpuSeconds: number): Record<string, number> {
  return {
    attempts,
    'attempts/s': Number((attempts / seconds).toFixed(1)),
    'tokens/s': Math.round((attempts * tokens) / seconds),
    'attempts per worker CPU-s': Number((attempts / cpuSeconds).toFixed(1)),
    'CPU-s a second': Number((cpuSeconds / seconds).toFixed(2)),
  }
}

function percent(part: number): string {
  return `${(100 * part).toFixed(2)} %`
}
