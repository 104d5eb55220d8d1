import type { Chain } from '@poai/chain'
import type { AttemptSearcher } from '@poai/consensus'
import { type BlockCodecs, type Clock, type Logger, type NetworkParams, utf8ToBytes, ZERO_ADDRESS } from '@poai/core'
import { createMiner, createNonceRanges, createWorkDesk, type Miner, type MiningGate, type WorkDesk } from '@poai/miner'
import type { NodeConfig } from '../config/node-config.ts'

/** This node's own miner, and the desk that gives work to others. */
export interface MiningParts {
  readonly miner: Miner
  readonly desk: WorkDesk
}

/** What mining needs, and nothing more. */
export interface MiningPartsDependencies {
  readonly chain: Chain
  readonly codecs: BlockCodecs
  readonly searcher: AttemptSearcher
  readonly gate: MiningGate
  readonly clock: Clock
  readonly logger: Logger
}

/** Both, not yet started. The miner of a node that does not mine is paused: an operator may set it going. */
export function createMining(
  { params, config }: { readonly params: NetworkParams; readonly config: Pick<NodeConfig, 'mining' | 'engine'> },
  { searcher, codecs, ...shared }: MiningPartsDependencies,
): MiningParts {
  const { enabled, beneficiary } = config.mining
  const extraData = utf8ToBytes(config.mining.extraData)
  const nonces = createNonceRanges()
  const miner = createMiner(
    { params, extraData, workers: config.engine.workers, beneficiary: beneficiary ?? ZERO_ADDRESS },
    { ...shared, searcher, nonces },
  )
  if (!enabled) miner.pause()
  const desk = createWorkDesk(
    { params, extraData, ...(beneficiary === undefined ? {} : { beneficiary }) },
    { ...shared, codecs, nonces },
  )
  return { miner, desk }
}
