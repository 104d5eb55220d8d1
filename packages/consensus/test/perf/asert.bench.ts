// How the difficulty schedule of the built-in networks behaves: `npm run bench -- asert [blocks] [seed]`.
import { BUILT_IN_NETWORKS, type NetworkParams } from '@poai/core'
import {
  blocksToRecover,
  honestMiner,
  meanSpacing,
  RECOVERED_WITHIN,
  type SimulatedChain,
  type SimulatedMiner,
  type SimulationOptions,
  simulateMining,
} from '../support/simulate-mining.ts'

const blocks = Number(process.argv[2] ?? 100_000)
const seed = Number(process.argv[3] ?? 1)

/** A change of rate holds for so many blocks: long enough to settle even at half-lives of 24 spacings. */
const STEP_BLOCKS = 500
const ATTACKER_SHARE = 0.3
/** Alternatives to a network's half-life, in spacings. */
const HALF_LIVES = [4, 5, 6, 8, 10, 12, 16, 24]
/** Alternatives to a network's median of timestamps. */
const MEDIAN_SPANS = [11, 5, 3, 1]

type Stamp = SimulatedMiner['stamp']
const truth: Stamp = (now) => now
const latest: Stamp = () => Number.MAX_SAFE_INTEGER
const earliest: Stamp = () => 0
const alternating: Stamp = (now, found) => (found % 2 === 0 ? latest(now, found) : earliest(now, found))

function simulate(
  network: NetworkParams,
  miners: readonly SimulatedMiner[],
  changes: Partial<SimulationOptions> = {},
): SimulatedChain {
  const { spacingSeconds, halfLifeSeconds } = network.difficulty
  return simulateMining({ spacingSeconds, halfLifeSeconds, ...network.time, blocks, seed, miners, ...changes })
}

/** Usual rate and ten times that, in turns. */
const stepping: SimulatedMiner = {
  rate: ({ number }) => (Math.floor(number / STEP_BLOCKS) % 2 === 0 ? 1 : 10),
  stamp: truth,
}
/** Four times the others' rate for every second 50 blocks: the network runs at 1x and 5x. */
const guest: SimulatedMiner = { rate: ({ number }) => (Math.floor(number / 50) % 2 === 0 ? 0 : 4), stamp: truth }
const attacker = (stamp: Stamp): SimulatedMiner => ({ rate: () => ATTACKER_SHARE, stamp })
/** Mines only while blocks are easier than usual. */
const picky = (stamp: Stamp): SimulatedMiner => ({
  rate: ({ relativeWork }) => (relativeWork < 1 ? ATTACKER_SHARE : 0),
  stamp,
})

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

/** Blocks to recover from each step up (or down) of a stepping chain. */
function recoveries(chain: SimulatedChain, network: NetworkParams, wanted: 'up' | 'down'): number[] {
  const result: number[] = []
  for (let number = STEP_BLOCKS; number + STEP_BLOCKS <= blocks; number += STEP_BLOCKS) {
    const up = (number / STEP_BLOCKS) % 2 === 1
    if (up === (wanted === 'up'))
      result.push(blocksToRecover(chain.blocks, number - 1, network.difficulty.spacingSeconds))
  }
  return result
}

function describeChain(chain: SimulatedChain, spacing: number): Record<string, string> {
  const spacings = chain.blocks.map((block) => block.spacing / spacing)
  return {
    'mean spacing': `${(meanSpacing(chain.blocks) / spacing).toFixed(4)} T`,
    variance: `${(deviation(spacings) ** 2).toFixed(2)} T²`,
    'worst gap': `${spacings.reduce((worst, value) => Math.max(worst, value), 0).toFixed(1)} T`,
    'target noise': `${(100 * deviation(chain.blocks.map((block) => Math.log(block.expectedSpacing)))).toFixed(1)} %`,
  }
}

/** Blocks for each attempt of the last miner. */
function yieldOf(chain: SimulatedChain): number {
  return (chain.found.at(-1) ?? 0) / (chain.attempts.at(-1) ?? 1)
}

function percent(ratio: number): string {
  return `${ratio >= 1 ? '+' : ''}${(100 * (ratio - 1)).toFixed(2)} %`
}

function recovery(chain: SimulatedChain, network: NetworkParams): Record<string, string> {
  const show = (values: readonly number[]): string =>
    `median ${quantile(values, 0.5)}, 95 % ${quantile(values, 0.95)}, worst ${quantile(values, 1)}`
  return { up: show(recoveries(chain, network, 'up')), down: show(recoveries(chain, network, 'down')) }
}

function sleepReport(network: NetworkParams): string {
  const { spacingSeconds, halfLifeSeconds } = network.difficulty
  const seconds = 8 * 3600
  const beforeBlock = 1000
  const chain = simulateMining({
    spacingSeconds,
    halfLifeSeconds,
    ...network.time,
    blocks: 5000,
    seed,
    miners: [honestMiner(1)],
    sleep: { beforeBlock, seconds },
  })
  const after = chain.blocks.slice(beforeBlock)
  const recovered = blocksToRecover(after, 1, spacingSeconds)
  return (
    `after a sleep of 8 h: back to the wanted spacing in ${recovered + 1} blocks from the easiest target; ` +
    `without re-anchoring ${Math.floor(seconds / spacingSeconds)} blocks would have been owed at the easiest target`
  )
}

for (const network of Object.values(BUILT_IN_NETWORKS)) {
  const { spacingSeconds, halfLifeSeconds } = network.difficulty
  console.log(
    `\n${network.name}: spacing T = ${spacingSeconds} s, half-life ${halfLifeSeconds} s, blocks at most ` +
      `${network.time.maxFutureSeconds} s ahead; ${blocks} blocks a scenario, seed ${seed}`,
  )
  const constant = simulate(network, [honestMiner(1)])
  const steps = simulate(network, [stepping])
  const visited = simulate(network, [honestMiner(1), guest])
  const rows: Record<string, Record<string, string>> = {
    'constant rate': describeChain(constant, spacingSeconds),
    '10x up and down': describeChain(steps, spacingSeconds),
    '5x for every second 50 blocks': {
      ...describeChain(visited, spacingSeconds),
      gain: percent(yieldOf(visited) / ((visited.found[0] ?? 0) / (visited.attempts[0] ?? 1))),
    },
  }
  const strategies = { 'always the latest': latest, 'lowest allowed': earliest, alternating }
  const honestYield = yieldOf(simulate(network, [honestMiner(1 - ATTACKER_SHARE), attacker(truth)]))
  for (const [name, stamp] of Object.entries(strategies)) {
    const chain = simulate(network, [honestMiner(1 - ATTACKER_SHARE), attacker(stamp)])
    rows[`30 % stamp own blocks: ${name}`] = {
      ...describeChain(chain, spacingSeconds),
      gain: percent(yieldOf(chain) / honestYield),
    }
  }
  rows['all stamp: alternating'] = describeChain(simulate(network, [attacker(alternating)]), spacingSeconds)
  const pickyYield = yieldOf(simulate(network, [honestMiner(1 - ATTACKER_SHARE), picky(truth)]))
  rows['30 % mine only easy blocks'] = { gain: percent(pickyYield * spacingSeconds) }
  for (const [name, stamp] of Object.entries(strategies)) {
    const chain = simulate(network, [honestMiner(1 - ATTACKER_SHARE), picky(stamp)])
    rows[`the same and stamp: ${name}`] = { gain: percent(yieldOf(chain) / pickyYield) }
  }
  console.table(rows)
  console.log(
    `gain: blocks per attempt against the same miner with true timestamps ("5x": against the steady miner; "only easy": ` +
      `against mining all the time)`,
  )
  console.log(sleepReport(network))
  console.log(
    `blocks to recover from a 10x change of rate (until the expected spacing is within ${100 * RECOVERED_WITHIN} % of T):`,
  )
  const byHalfLife: Record<string, Record<string, string>> = {}
  for (const spacings of HALF_LIVES) {
    const chosen = spacings * spacingSeconds === halfLifeSeconds ? ' (chosen)' : ''
    const changes = { halfLifeSeconds: spacings * spacingSeconds }
    const noise = describeChain(simulate(network, [honestMiner(1)], changes), spacingSeconds)['target noise'] ?? ''
    byHalfLife[`half-life ${spacings} T${chosen}`] = {
      ...recovery(simulate(network, [stepping], changes), network),
      'target noise': noise,
    }
  }
  console.table(byHalfLife)
  console.log('gain of 30 % who mine only easy blocks, by stamping them, for each medianSpan:')
  const bySpan: Record<string, Record<string, string>> = {}
  for (const medianSpan of MEDIAN_SPANS) {
    const pickyYieldOf = (stamp: Stamp): number =>
      yieldOf(simulate(network, [honestMiner(1 - ATTACKER_SHARE), picky(stamp)], { medianSpan }))
    const honest = pickyYieldOf(truth)
    const chosen = medianSpan === network.time.medianSpan ? ' (chosen)' : ''
    bySpan[`median of ${medianSpan}${chosen}`] = Object.fromEntries(
      Object.entries(strategies).map(([name, stamp]) => [name, percent(pickyYieldOf(stamp) / honest)]),
    )
  }
  console.table(bySpan)
}
