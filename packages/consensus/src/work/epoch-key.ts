import { type Hash32, hash32, uintToBytes } from '@poai/core'

/**
 * What all exams of an epoch depend on: keccak256(seed ∥ u64be(epochIndex)). Whoever wants to prepare anything for an
 * epoch has to wait for its seed.
 *
 * @param seed - Hash of the last block of the epoch before, the genesis hash in epoch 0.
 * @param epochIndex - The number of the block to mine, divided by the blocks of an epoch, rounded down.
 */
export function deriveEpochKey(seed: Hash32, epochIndex: bigint): Hash32 {
  return hash32(seed, uintToBytes(epochIndex, 8))
}
