import { defined, utf8ToBytes, ZERO_ADDRESS } from '@poai/core'
import { createMiner, createNonceRanges, createWorkDesk, type Miner, type MiningGate, type WorkDesk } from '@poai/miner'
import type { Ground } from '../ground.ts'
import { Late } from '../lifecycle/late.ts'
import { readFrom } from '../metrics/metric.ts'
import { createMiningGate } from '../mining/mining-gate.ts'
import { MINING_ROWS } from '../mining/mining-metrics.ts'
import { farmToJson, minerToJson } from '../mining/mining-status.ts'
import type { ChainWing } from './chain-wing.ts'
import type { EngineWing } from './engine-wing.ts'
import type { NetworkWing } from './network-wing.ts'
import type { Telling } from './wing.ts'

/** This node's own miner, the desk that gives jobs to miners elsewhere, and what both wait for. */
export interface MiningParts {
  readonly miner: Miner
  readonly desk: WorkDesk
  readonly gate: MiningGate
}

/** Attempts at blocks, by this node and by miners elsewhere. */
export interface MiningWing extends Telling<'miner' | 'farm'> {
  readonly parts: Late<MiningParts>
}

/** What mining needs of other wings. */
export interface MiningWingDependencies {
  readonly chain: ChainWing
  readonly engine: EngineWing
  readonly network: NetworkWing
}

/** Mines, and lets others mine. The miner of a node that does not mine is paused: an operator may set it going. */
export function miningWing(ground: Ground, dependencies: MiningWingDependencies): MiningWing {
  const parts = new Late<MiningParts>()
  return {
    parts,
    metrics: readFrom(MINING_ROWS, () => ({
      miner: parts.now?.miner.status,
      farm: parts.now?.desk.status,
    })),
    status: () => ({
      miner: parts.now === undefined ? null : minerToJson(parts.now.miner.status),
      farm: parts.now === undefined ? null : farmToJson(parts.now.desk.status),
    }),
    start: async (services) => {
      const { desk, miner } = parts.make(createMining(ground, dependencies))
      await services.start('work desk', desk)
      await services.start('miner', miner)
    },
  }
}

function createMining(
  { config, params, clock, logger }: Ground,
  { chain: { parts }, engine, network }: MiningWingDependencies,
): MiningParts {
  const { enabled, beneficiary } = config.mining
  const { chain, codecs } = parts.made
  const gate = createMiningGate(config.mining, { engine: engine.service, network: network.joined.now, logger })
  const shared = { chain, gate, clock, logger, nonces: createNonceRanges() }
  const extraData = utf8ToBytes(config.mining.extraData)
  const miner = createMiner(
    { params, extraData, workers: config.engine.workers, beneficiary: beneficiary ?? ZERO_ADDRESS },
    { ...shared, searcher: engine.service },
  )
  if (!enabled) miner.pause()
  const desk = createWorkDesk({ params, extraData, ...defined({ beneficiary }) }, { ...shared, codecs })
  return { miner, desk, gate }
}
