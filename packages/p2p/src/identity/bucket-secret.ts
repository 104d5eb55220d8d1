import { sha256, utf8ToBytes } from '@poai/core'
import type { NodeIdentity } from './node-identity.ts'

/** Says which peers share a bucket of this node's peer book: the same after each start, and nobody else can tell it. */
export function bucketSecretOf({ privateKey }: Pick<NodeIdentity, 'privateKey'>): Uint8Array {
  return sha256(Uint8Array.of(...utf8ToBytes('poai peer buckets'), ...privateKey.raw))
}
