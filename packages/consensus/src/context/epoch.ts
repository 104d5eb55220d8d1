/** Which epoch a block belongs to. Exams of one epoch are drawn under one seed. */
export function epochIndex(number: bigint, epochBlocks: bigint): bigint {
  return number / epochBlocks
}

/** True for the block whose hash is the seed of the next epoch. */
export function isLastOfEpoch(number: bigint, epochBlocks: bigint): boolean {
  return (number + 1n) % epochBlocks === 0n
}
