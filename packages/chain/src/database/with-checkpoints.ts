import { bytesToHex, type Checkpoint, equalBytes } from '@poai/core'
import { ChainError } from '../chain-error.ts'
import type { ChainDatabase } from './chain-database.ts'

/**
 * The same chain, whose blocks are final up to the last checkpoint that it has reached: whoever names one has said that
 * no other chain is to be followed. Throws `CHAIN_CHECKPOINT` where the chain on disk is another one.
 */
export function withCheckpoints(database: ChainDatabase, checkpoints: readonly Checkpoint[]): ChainDatabase {
  for (const { number, hash } of checkpoints) {
    const canonical = database.canonicalHash(number)
    if (canonical === undefined || equalBytes(canonical, hash)) continue
    throw new ChainError(
      'CHAIN_CHECKPOINT',
      `the chain in the database has another block ${number} than the checkpoint`,
      {
        expected: bytesToHex(hash),
        actual: bytesToHex(canonical),
        hint: 'take the checkpoint away if it is wrong; else synchronise into a new data directory',
      },
    )
  }
  const falling = [...checkpoints].sort((a, b) => (a.number < b.number ? 1 : -1))
  if (falling.length === 0) return database
  return {
    ...database,
    final: () => {
      const final = database.final()
      const head = database.head().number
      const reached = falling.find(({ number }) => number <= head)
      return reached !== undefined && reached.number > final.number ? reached : final
    },
  }
}

/**
 * Throws `CHAIN_CHECKPOINT` for a block that stands where another one is known to. No rule is broken: whoever brought
 * it may know no better.
 */
export function refuseBesideCheckpoint(block: Checkpoint, checkpoints: readonly Checkpoint[]): void {
  const other = checkpoints.find(({ number, hash }) => number === block.number && !equalBytes(hash, block.hash))
  if (other === undefined) return
  throw new ChainError('CHAIN_CHECKPOINT', 'the block is not the one that is known to be at its height', {
    expected: bytesToHex(other.hash),
    actual: bytesToHex(block.hash),
  })
}
