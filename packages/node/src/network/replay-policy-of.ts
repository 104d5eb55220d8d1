import { invariant } from '@poai/core'
import { createReplayPolicy, type ReplayPolicy } from '@poai/p2p'
import type { SyncConfig } from '../config/node-config.ts'

const PERCENT = 100

/** The replay policy that the configuration asks for. */
export function replayPolicyOf({ mode, samplePercent, sampleRecent, assumeValid }: SyncConfig): ReplayPolicy {
  if (mode === 'full') return createReplayPolicy({ kind: 'full' })
  if (mode === 'sampled') {
    return createReplayPolicy({ kind: 'sampled', share: samplePercent / PERCENT, recentBlocks: sampleRecent })
  }
  invariant(assumeValid !== undefined, 'the configuration was checked for contradictions')
  return createReplayPolicy({ kind: 'assume-valid', hash: assumeValid })
}
