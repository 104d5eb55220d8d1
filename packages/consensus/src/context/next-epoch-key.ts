import type { Hash32, NetworkParams } from '@poai/core'
import { deriveEpochKey } from '../work/epoch-key.ts'
import type { ChainContext } from './chain-context.ts'
import { epochIndex } from './epoch.ts'

/** The key under which the exams of the block after `context` are drawn. */
export function nextEpochKey(params: NetworkParams, context: ChainContext): Hash32 {
  return deriveEpochKey(context.epochSeed, epochIndex(context.number + 1n, params.work.epochBlocks))
}
