import { defined, utf8ToBytes, ZERO_ADDRESS } from '@poai/core'
import {
  createFarmDesk,
  createMiner,
  createNonceRanges,
  type FarmDesk,
  farmMethods,
  farmToJson,
  type Miner,
  type MiningGate,
  minerMethods,
  minerToJson,
} from '@poai/miner'
import type { Ground } from '../ground.ts'
import { Late } from '../lifecycle/late.ts'
import { readFrom } from '../metrics/metric.ts'
import { createMiningGate } from '../mining/mining-gate.ts'
import { MINING_ROWS } from '../mining/mining-metrics.ts'
import type { ChainWing } from './chain-wing.ts'
import type { EngineWing } from './engine-wing.ts'
import type { NetworkWing } from './network-wing.ts'
import type { Telling } from './wing.ts'

/** Attempts at blocks, by this node and by miners elsewhere. */
export interface MiningWing extends Telling<'miner' | 'farm'> {
  readonly miner: Late<Miner>
  /** What mining waits for. */
  readonly gate: Late<MiningGate>
}

/** What mining needs from other wings. */
export interface MiningWingDependencies {
  readonly chain: ChainWing
  readonly engine: EngineWing
  readonly network: NetworkWing
}

/**
 * Mines, and lets others mine. On a node that is not set to mine the miner is paused, so that its operator can start
 * it.
 */
export function miningWing(ground: Ground, { chain, engine, network }: MiningWingDependencies): MiningWing {
  const { config, params, clock, logger } = ground
  const { enabled, beneficiary } = config.mining
  const miner = new Late<Miner>('the miner is not up yet')
  const desk = new Late<FarmDesk>('the node gives no work yet')
  const gate = new Late<MiningGate>('the miner is not up yet')
  return {
    ...{ miner, gate },
    methods: [...minerMethods({ isPaid: beneficiary !== undefined }, miner), ...farmMethods(desk)],
    metrics: readFrom(MINING_ROWS, () => ({ miner: miner.now?.status, farm: desk.now?.status })),
    status: () => ({
      miner: miner.now === undefined ? null : minerToJson(miner.now.status),
      farm: desk.now === undefined ? null : farmToJson(desk.now.status),
    }),
    start: async (services) => {
      const { chain: opened, codecs } = chain.parts.made
      const extraData = utf8ToBytes(config.mining.extraData)
      const shared = {
        ...{ chain: opened, clock, logger, nonces: createNonceRanges() },
        gate: gate.make(
          createMiningGate(config.mining, { engine: engine.service, network: network.joined.now, logger }),
        ),
      }
      const own = miner.make(
        createMiner(
          { params, extraData, workers: config.engine.workers, beneficiary: beneficiary ?? ZERO_ADDRESS },
          { ...shared, searcher: engine.service },
        ),
      )
      if (!enabled) own.pause()
      const farm = createFarmDesk({ params, extraData, ...defined({ beneficiary }) }, { ...shared, codecs })
      await services.start('farm desk', desk.make(farm))
      await services.start('miner', own)
    },
  }
}
