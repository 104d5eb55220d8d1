import type { ReplayPolicy } from '@poai/p2p'
import { createBlockLines } from '../chain/block-lines.ts'
import { CHAIN_ROWS } from '../chain/chain-metrics.ts'
import { type ChainStatusField, chainToJson, lookAtChain } from '../chain/chain-status.ts'
import { type ChainParts, openChainParts } from '../chain/open-chain.ts'
import { createMempoolSaving } from '../chain/save-mempool.ts'
import { STORAGE_ROWS } from '../chain/storage-metrics.ts'
import type { Ground } from '../ground.ts'
import { Late } from '../lifecycle/late.ts'
import { readFrom } from '../metrics/metric.ts'
import { replayPolicyOf } from '../network/replay-policy-of.ts'
import type { EngineWing } from './engine-wing.ts'
import type { Telling } from './wing.ts'

/** The database, the chain in it, and the mempool. */
export interface ChainWing extends Telling<ChainStatusField> {
  readonly parts: Late<ChainParts>
  /** Decides what is replayed of the past. Synchronisation shows it the chain that it is about to import. */
  readonly replayPolicy: ReplayPolicy
}

/** Opens the data directory and the chain. */
export function chainWing(ground: Ground, { replays, answers }: Pick<EngineWing, 'replays' | 'answers'>): ChainWing {
  const { params, config, clock, logger } = ground
  const parts = new Late<ChainParts>('the chain is not open yet')
  const replayPolicy = replayPolicyOf(config.sync)
  return {
    parts,
    replayPolicy,
    metrics: [
      ...readFrom(CHAIN_ROWS, () => lookAtChain(params, parts.now)),
      ...readFrom(STORAGE_ROWS, () => parts.now?.database.store),
    ],
    status: () => chainToJson(lookAtChain(params, parts.now)),
    start: async (services) => {
      const { chain } = parts.make(
        await openChainParts(ground, {
          ...{ services, verifier: replays, replayPolicy },
          answers: answers.forBlocks,
        }),
      )
      await services.start('block lines', createBlockLines({ chain, clock, logger }))
      await services.start('mempool saving', createMempoolSaving(chain.mempool, { clock, logger }))
    },
  }
}
