import { sha256, utf8ToBytes } from '@poai/core'
import type { NodeIdentity } from './node-identity.ts'

/**
 * Decides which peers share a bucket of this node's peer book. It is the same after each start, and nobody else knows
 * it.
 */
export function bucketSecretOf({ privateKey }: Pick<NodeIdentity, 'privateKey'>): Uint8Array {
  return sha256(Uint8Array.of(...utf8ToBytes('poai peer buckets'), ...privateKey.raw))
}
