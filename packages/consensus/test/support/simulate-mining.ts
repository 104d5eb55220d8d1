import { type DifficultyParams, devnet } from '@poai/core'
import { medianTimestamp } from '../../src/context/median-timestamp.ts'
import {
  type DifficultyAnchor,
  genesisAnchor,
  nextAnchor,
  nextTarget,
} from '../../src/difficulty/difficulty-schedule.ts'
import { seededRandom } from './seeded-random.ts'

/** What a simulated miner sees before it decides. */
export interface MiningView {
  readonly number: number
  /** Seconds, with fractions. */
  readonly now: number
  /** What a block now takes on average, divided by what it takes an honest constant network on schedule. */
  readonly relativeWork: number
}

/** Someone who mines. */
export interface SimulatedMiner {
  /** Attempts per second while the next block is searched, in units of the network's usual rate. */
  rate(view: MiningView): number
  /** The timestamp of a block that it found, in whole seconds; brought between the rules' bounds by the simulation. */
  stamp(now: number, found: number): number
}

/** What is the same in all scenarios: the rules of time, the network's usual rate and the chain's length. */
export interface SimulationOptions {
  readonly spacingSeconds: number
  readonly halfLifeSeconds: number
  readonly medianSpan: number
  readonly maxFutureSeconds: number
  readonly blocks: number
  readonly seed: number
  readonly miners: readonly SimulatedMiner[]
  /** Seconds in which nobody mines, before the block of that number. */
  readonly sleep?: { readonly beforeBlock: number; readonly seconds: number }
}

/** One block of a simulated chain. */
export interface SimulatedBlock {
  /** Real seconds since the block before. */
  readonly spacing: number
  /** Real seconds that it took on average at the target and the rates of its moment. */
  readonly expectedSpacing: number
}

/** A simulated chain, and what its miners put in and got out. */
export interface SimulatedChain {
  readonly blocks: readonly SimulatedBlock[]
  /** By miner: attempts made, in the network's usual attempts per second times seconds. */
  readonly attempts: readonly number[]
  /** By miner: blocks found. */
  readonly found: readonly number[]
}

/** Usual attempts per second: far from the easiest target, so that no scenario but a sleep meets that bound. */
const USUAL_RATE = 2 ** 20
const HASHES = 2 ** 256
const EASIEST_TARGET: bigint = 1n << 252n

/** Runs the rules of difficulty and time of this package against miners whose luck comes from a seed. */
export function simulateMining(options: SimulationOptions): SimulatedChain {
  const { spacingSeconds, miners } = options
  const random = seededRandom(options.seed)
  const usualWork = USUAL_RATE * spacingSeconds
  const difficulty: DifficultyParams = {
    initialTarget: BigInt(HASHES / usualWork),
    easiestTarget: EASIEST_TARGET,
    spacingSeconds,
    halfLifeSeconds: options.halfLifeSeconds,
  }
  const schedule = { ...devnet, difficulty }
  let parent: { number: bigint; timestamp: bigint; anchor: DifficultyAnchor } = {
    number: 0n,
    timestamp: 0n,
    anchor: genesisAnchor(schedule, { number: 0n, timestamp: 0n }),
  }
  let timestamps = [0n]
  let now = spacingSeconds
  const blocks: SimulatedBlock[] = []
  const attempts = miners.map(() => 0)
  const found = miners.map(() => 0)
  for (let number = 1; number <= options.blocks; number++) {
    const asleep = options.sleep?.beforeBlock === number ? options.sleep.seconds : 0
    const work = HASHES / Number(nextTarget(schedule, parent))
    const view: MiningView = { number, now, relativeWork: work / usualWork }
    const rates = miners.map((miner) => miner.rate(view))
    const rate = rates.reduce((sum, own) => sum + own, 0)
    const expectedSpacing = work / USUAL_RATE / rate
    const spacing = asleep - Math.log(1 - random()) * expectedSpacing
    now += spacing
    rates.forEach((own, index) => {
      attempts[index] = (attempts[index] ?? 0) + own * (spacing - asleep)
    })
    const finder = pickByRate(rates, random() * rate)
    const count = (found[finder] ?? 0) + 1
    found[finder] = count
    const earliest = medianTimestamp(timestamps) + 1n
    const latest = BigInt(Math.floor(now) + options.maxFutureSeconds)
    const wanted = BigInt(Math.floor(miners[finder]?.stamp(now, count) ?? now))
    const timestamp = wanted < earliest ? earliest : wanted > latest ? latest : wanted
    const block = { number: BigInt(number), timestamp }
    parent = { ...block, anchor: nextAnchor(schedule, parent, block) }
    timestamps = [...timestamps, timestamp].slice(-options.medianSpan)
    blocks.push({ spacing, expectedSpacing })
  }
  return { blocks, attempts, found }
}

function pickByRate(rates: readonly number[], point: number): number {
  let rest = point
  for (let index = 0; index < rates.length; index++) {
    rest -= rates[index] ?? 0
    if (rest < 0) return index
  }
  return rates.findLastIndex((rate) => rate > 0)
}

/** Mines all the time and tells the truth. */
export function honestMiner(rate: number): SimulatedMiner {
  return { rate: () => rate, stamp: (now) => now }
}

/** How far the expected spacing may be from the wanted one for a chain to count as recovered from a change. */
export const RECOVERED_WITHIN = 0.25

/**
 * Blocks after index `from` until the expected spacing first comes within {@link RECOVERED_WITHIN} of the wanted one.
 */
export function blocksToRecover(blocks: readonly SimulatedBlock[], from: number, spacingSeconds: number): number {
  const rest = blocks.slice(from, from + 20_000)
  const index = rest.findIndex(
    ({ expectedSpacing }) => Math.abs(expectedSpacing / spacingSeconds - 1) <= RECOVERED_WITHIN,
  )
  return index < 0 ? Number.POSITIVE_INFINITY : index
}

/** Mean of the real spacings. */
export function meanSpacing(blocks: readonly SimulatedBlock[]): number {
  return blocks.reduce((sum, { spacing }) => sum + spacing, 0) / blocks.length
}
