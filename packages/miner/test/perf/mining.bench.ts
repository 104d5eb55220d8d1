/**
 * Whole attempts a second of nodes that mine against those of the bare engine with the same workers, and what a new
 * head throws away: `npm run bench -- mining [--engine native|wasm|llama] [--workers N] [--slices N] [--seconds S]`.
 *
 * Short slices of the engine alone and of mining take turns, first the one and then the other, so that a busy machine
 * hits both alike. The engine alone searches for what nobody finds: no solution, no head and no other job interrupts
 * it. Mining is two nodes that race for blocks with half of the workers each: they follow their heads, search, seal,
 * replay and import, and every block of the one is a stranger's to the other.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import type { Chain } from '@poai/chain'
import {
  type AttemptSearcher,
  createExamBuilder,
  deriveExamSeed,
  type ExamRequest,
  examToRequest,
  networkExamOptions,
  type SearchJob,
} from '@poai/consensus'
import { devnet, type NetworkParams, silentLogger, ZERO_ADDRESS, ZERO_HASH } from '@poai/core'
import { BENCH_PROGRAMS, openBenchEngine } from '@poai/testing/bench-engine'
import { createMiner, createNonceRanges, createSearcher, type Miner } from '../../src/index.ts'
import { openMemoryChain } from '../support/memory-chain.ts'
import { systemClock } from '../support/system-clock.ts'

/** What the project promises. */
const LEAST_SHARE = 0.9
const MOST_STALE = 0.02
/** The shortest spacing of a built-in network. */
const SPACING_SECONDS = 5
const WARM_UP_SECONDS = 3
/** Requests that the engine puts into one message to a worker. */
const CALL = 4
/** Exams that are verified in turn. */
const VERIFIED_EXAMS = 256
/** As a node has it that mines. */
const NICENESS = 10
/**
 * Verifications are timed at the end, in mining that does not count: they take from the engine what attempts then do
 * not get.
 */
const VERIFIED_SECONDS = 10
const VERIFY_EVERY_MS = 250

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'native' },
    workers: { type: 'string', default: String(availableParallelism()) },
    slices: { type: 'string', default: '12' },
    seconds: { type: 'string', default: '5' },
  },
})
const program = BENCH_PROGRAMS.find((name) => name === values.engine)
if (program === undefined) throw new RangeError(`an engine is one of ${BENCH_PROGRAMS.join(', ')}`)
const workers = Number(values.workers)
const slices = Number(values.slices)
const sliceSeconds = Number(values.seconds)
const tokens = devnet.work.exam.tokens
const { engine, modelName, workerCpuSeconds, close } = await openBenchEngine(undefined, {
  program,
  workers,
  batchRequests: CALL,
  niceness: NICENESS,
})
const bareSearcher = createSearcher(engine, { clock: systemClock })

/** What slices of one kind came to. */
interface Total {
  seconds: number
  attempts: number
  cpuSeconds: number
  /** In which a worker had a search, of those in which it might have had one. */
  searchedSeconds: number
  wallSeconds: number
}

function nothing(): Total {
  return { seconds: 0, attempts: 0, cpuSeconds: 0, searchedSeconds: 0, wallSeconds: 0 }
}

/** When answers came: a slice counts from its first answer to its last, so that its ends cost neither kind anything. */
class Answers {
  #count = 0
  #firstMs = 0
  #lastMs = 0

  add(attempts: number): void {
    this.#lastMs = performance.now()
    if (this.#firstMs === 0) this.#firstMs = this.#lastMs
    else this.#count += attempts
  }

  addTo(total: Total, cpuSeconds: number, wallMs: number): void {
    total.seconds += (this.#lastMs - this.#firstMs) / 1000
    total.attempts += this.#count
    total.cpuSeconds += cpuSeconds
    total.searchedSeconds += searchedMs / 1000
    total.wallSeconds += (workers * wallMs) / 1000
  }
}

let answers = new Answers()
let searches = 0
let searchedMs = 0

/** Whole attempts, counted and timed. */
const searcher: AttemptSearcher = {
  search: async (job, span, options = {}) => {
    const begin = performance.now()
    searches++
    try {
      return await bareSearcher.search(job, span, {
        ...options,
        onProgress: (progress) => {
          answers.add(progress.attempts)
          options.onProgress?.(progress)
        },
      })
    } finally {
      searches--
      searchedMs += performance.now() - begin
    }
  },
}

const HOPELESS: SearchJob = { exam: devnet.work.exam, epochKey: ZERO_HASH, sealHash: ZERO_HASH, target: 0n }
const ranges = createNonceRanges()

/** One search a worker, until the time is over. */
async function runEngine(total: Total, seconds: number): Promise<void> {
  const cpuBefore = workerCpuSeconds()
  const begin = performance.now()
  answers = new Answers()
  searchedMs = 0
  const wrapUp = AbortSignal.timeout(seconds * 1000)
  const lanes = Array.from({ length: workers }, () => searcher.search(HOPELESS, ranges.next(), { wrapUp }))
  for (const lane of await Promise.allSettled(lanes)) {
    // An engine that wraps up by giving up says so.
    if (lane.status === 'rejected' && lane.reason !== wrapUp.reason) throw lane.reason
  }
  answers.addTo(total, workerCpuSeconds() - cpuBefore, performance.now() - begin)
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
    { chain, searcher, clock: systemClock, logger: silentLogger },
  )
  miner.pause()
  await miner.start()
  return { chain, miner }
}

/** Every block of the one goes to the other, whose replay and new head it is: half of all heads are strangers'. */
function connect(from: MiningNode, to: MiningNode): void {
  from.miner.onBlock(({ block, fate }) => {
    // A block that comes second stays beside the chain.
    if (fate === 'head') to.chain.importBlock(block, { source: 'peer' }).catch(() => undefined)
  })
}

/**
 * Two nodes that race, one alone where there is one worker. Only half of the time is mined, so blocks are due at twice
 * the spacing.
 */
async function openNodes(evaluationsPerSecond: number): Promise<readonly MiningNode[]> {
  const attempts = BigInt(Math.ceil(evaluationsPerSecond * SPACING_SECONDS))
  const spacing = { spacingSeconds: 2 * SPACING_SECONDS, halfLifeSeconds: 20 * SPACING_SECONDS }
  const difficulty = { ...devnet.difficulty, ...spacing, initialTarget: (1n << 256n) / attempts }
  const shares = workers === 1 ? [1] : [Math.ceil(workers / 2), Math.floor(workers / 2)]
  const nodes = await Promise.all(shares.map((share) => openNode({ ...devnet, difficulty }, share)))
  const [first, second] = nodes
  if (first !== undefined && second !== undefined) {
    connect(first, second)
    connect(second, first)
  }
  return nodes
}

interface MinedTotal extends Total {
  stale: number
}

function buildRequests(count: number): readonly ExamRequest[] {
  const buildExam = createExamBuilder(networkExamOptions(devnet))
  return Array.from({ length: count }, (_, index) =>
    examToRequest(buildExam(deriveExamSeed({ epochKey: ZERO_HASH, sealHash: ZERO_HASH, nonce: BigInt(index) }))),
  )
}

/** Milliseconds of single verifications, one after the other, until mining is over. */
async function timeVerifications(mining: Promise<void>): Promise<readonly number[]> {
  const times: number[] = []
  const requests = buildRequests(VERIFIED_EXAMS)
  let isOver = false
  void mining.finally(() => {
    isOver = true
  })
  while (!isOver) {
    await systemClock.sleep(VERIFY_EVERY_MS)
    const begin = performance.now()
    await engine.evaluate([requests[times.length % requests.length] as ExamRequest], { priority: 'verify' })
    times.push(performance.now() - begin)
  }
  return times
}

function staleOf(nodes: readonly MiningNode[]): number {
  return nodes.reduce((sum, { miner }) => sum + miner.status.staleAttempts, 0)
}

async function mine(nodes: readonly MiningNode[], total: MinedTotal, seconds: number): Promise<void> {
  const cpuBefore = workerCpuSeconds()
  const staleBefore = staleOf(nodes)
  const begin = performance.now()
  answers = new Answers()
  searchedMs = 0
  for (const { miner } of nodes) miner.resume()
  await systemClock.sleep(seconds * 1000)
  // What the pause throws away is the bench's doing.
  total.stale += staleOf(nodes) - staleBefore
  for (const { miner } of nodes) miner.pause()
  const wallMs = performance.now() - begin
  while (searches > 0 || engine.status.workers.some(({ state }) => state === 'busy')) await systemClock.sleep(1)
  answers.addTo(total, workerCpuSeconds() - cpuBefore, wallMs)
}

function rateOf({ attempts, seconds }: Total): number {
  return attempts / seconds
}

function searchingShareOf({ searchedSeconds, wallSeconds }: Total): number {
  return searchedSeconds / wallSeconds
}

/**
 * Attempts by processor time of the workers, less the time in which those had no search: what else the machine does is
 * not in it.
 */
function yieldOf(total: Total): number {
  return (total.attempts / total.cpuSeconds) * searchingShareOf(total)
}

function rowOf(total: Total): Record<string, number> {
  return {
    attempts: total.attempts,
    'attempts/s': Number(rateOf(total).toFixed(1)),
    'tokens/s': Math.round(rateOf(total) * tokens),
    'CPU-s of workers a second': Number((total.cpuSeconds / total.seconds).toFixed(2)),
    'workers searching, %': Number((100 * searchingShareOf(total)).toFixed(2)),
  }
}

function percent(part: number): string {
  return `${(100 * part).toFixed(2)} %`
}

function percentile(times: readonly number[], share: number): string {
  const sorted = [...times].sort((a, b) => a - b)
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(0)
}

try {
  const warm: Total = nothing()
  await runEngine(warm, WARM_UP_SECONDS)
  const nodes = await openNodes(rateOf(warm))
  const bare: Total = nothing()
  const mined: MinedTotal = { ...nothing(), stale: 0 }
  for (let slice = 0; slice < slices; slice++) {
    if (slice % 2 === 0) await runEngine(bare, sliceSeconds)
    await mine(nodes, mined, sliceSeconds)
    if (slice % 2 === 1) await runEngine(bare, sliceSeconds)
  }
  const blocks = nodes.reduce((sum, { miner }) => sum + miner.status.blocksFound, 0)
  const verifications = await timeVerifications(mine(nodes, { ...mined }, VERIFIED_SECONDS))
  for (const { miner } of nodes) await miner.stop()
  for (const { chain } of nodes) await chain.stop()
  const share = yieldOf(mined) / yieldOf(bare)
  // Chance decides how many heads come within a minute: what counts is what one of them costs.
  const stalePerHead = mined.stale / blocks
  const stale = stalePerHead / (rateOf(mined) * SPACING_SECONDS + stalePerHead)
  console.log(
    `${modelName} with ${engine.status.program}, ${workers} workers, ${slices} slices of ${sliceSeconds} s each; a block every ${(mined.seconds / blocks).toFixed(1)} s of mining`,
  )
  console.table({ 'engine alone': rowOf(bare), mining: rowOf(mined) })
  console.log(
    `attempts of those that the engine alone makes: ${share.toFixed(3)} (at least ${LEAST_SHARE}); by the clock ${(rateOf(mined) / rateOf(bare)).toFixed(3)}, other load of the machine included`,
  )
  console.log(
    `begun and thrown away: ${mined.stale} at ${blocks} new heads; with one every ${SPACING_SECONDS} s that is ${percent(stale)} (below ${percent(MOST_STALE)})`,
  )
  console.log(
    `a verification that comes meanwhile takes ${percentile(verifications, 0.5)} ms (median), ${percentile(verifications, 0.99)} ms (99th percentile)`,
  )
  if (share < LEAST_SHARE || !(stale < MOST_STALE)) process.exitCode = 1
} finally {
  await close()
}
