import { type BlockCodecs, equalBytes, type Hash32, headerCodec, invariant } from '@poai/core'
import { blocksAtHeight } from '../blocks/block-store.ts'
import { readHead } from '../blocks/chain-head.ts'
import { deleteBlock } from '../blocks/write-blocks.ts'
import { hashedKey, numberedKey } from '../keys.ts'
import { decodeChangedKeys } from '../state/changed-keys.ts'
import { ACCOUNT_VERSIONS, pruneVersion, SLOT_VERSIONS } from '../state/version-chain.ts'
import type { Store } from '../store/store.ts'
import type { WriteBatch } from '../store/write-batch.ts'
import { HORIZON_NAMES, type Horizons, readHorizons, writeHorizons } from './horizons.ts'
import type { Retention } from './retention.ts'

/** What pruning is done with. */
export interface PruneDependencies {
  readonly store: Store
  readonly codecs: Pick<BlockCodecs, 'body'>
}

/** How much to prune. */
export interface PruneOptions {
  readonly retention: Retention
  /** Heights to move each horizon by at most: bounds the batch when a node changes to a mode that keeps less. */
  readonly maxBlocks: bigint
  /**
   * Blocks above it may still be rolled back: nothing goes that this takes. Default: the head, so that the retention
   * alone decides.
   */
  readonly finalNumber?: bigint
}

/**
 * Puts into the batch the removal of what the retention no longer keeps, counted from the batch's own head, and moves
 * the horizons. With each block's commit it removes about one block; it returns whether there is more to do.
 */
export async function prune(
  batch: WriteBatch,
  { store, codecs }: PruneDependencies,
  { retention, maxBlocks, finalNumber }: PruneOptions,
): Promise<boolean> {
  invariant(
    retention.history === 'all' || retention.history >= retention.undo,
    'history is kept at least as long as undo',
  )
  const before = readHorizons(batch)
  const goals = horizonGoals({ head: readHead(batch)?.number ?? 0n, finalNumber }, retention)
  const after: Horizons = {
    history: step(before.history, goals.history, maxBlocks),
    undo: step(before.undo, goals.undo, maxBlocks),
    blocks: step(before.blocks, goals.blocks, maxBlocks),
    branches: step(before.branches, goals.branches, maxBlocks),
  }
  for (let number = before.history + 1n; number <= after.history; number++) pruneHistory(batch, number)
  for (let number = before.undo + 1n; number <= after.undo; number++) batch.delete(numberedKey('undoNodes', number))
  for (let number = atLeastOne(before.blocks); number < after.blocks; number++)
    await pruneBody(batch, { store, codecs }, number)
  for (let number = atLeastOne(before.branches); number < after.branches; number++)
    await pruneBranches(batch, store, number)
  if (HORIZON_NAMES.some((name) => after[name] !== before[name])) writeHorizons(batch, after)
  return HORIZON_NAMES.some((name) => after[name] < goals[name])
}

/** The end of a chain, and how far up it will never change again. */
export interface PrunedChain {
  readonly head: bigint
  readonly finalNumber?: bigint | undefined
}

/**
 * Where a retention wants the horizons of a chain. To roll a block back takes its undo record, what it changed, its
 * body and its receipts, so that no horizon passes what is final: a node that catches up keeps all of them until it has
 * settled, some kilobytes a block beside the block itself.
 */
export function horizonGoals({ head, finalNumber = head }: PrunedChain, retention: Retention): Horizons {
  const horizonOf = (kept: bigint | 'all'): bigint => {
    const horizon = kept === 'all' || kept >= head ? 0n : head - kept
    return horizon < finalNumber ? horizon : finalNumber
  }
  return {
    history: horizonOf(retention.history),
    undo: horizonOf(retention.undo),
    blocks: horizonOf(retention.blocks),
    branches: horizonOf(retention.undo),
  }
}

/** Horizons only rise: what is gone does not come back by a wider retention. */
function step(from: bigint, to: bigint, most: bigint): bigint {
  if (to <= from) return from
  return to - from > most ? from + most : to
}

/** The genesis block keeps everything. */
function atLeastOne(number: bigint): bigint {
  return number < 1n ? 1n : number
}

function pruneHistory(batch: WriteBatch, number: bigint): void {
  const key = numberedKey('changedKeys', number)
  const record = batch.getSync(key)
  if (record === undefined) return
  const { accounts, slots } = decodeChangedKeys(record)
  for (const owner of accounts) pruneVersion(batch, [ACCOUNT_VERSIONS, owner], number)
  for (const owner of slots) pruneVersion(batch, [SLOT_VERSIONS, owner], number)
  batch.delete(key)
}

async function pruneBody(batch: WriteBatch, { store, codecs }: PruneDependencies, number: bigint): Promise<void> {
  const hash = batch.getSync(numberedKey('canonical', number))
  if (hash === undefined) return
  const bytes = await store.get(hashedKey('bodies', hash))
  if (bytes === undefined) return
  for (const transaction of codecs.body.decode(bytes).transactions)
    batch.delete(hashedKey('transactions', transaction.hash))
  batch.delete(hashedKey('bodies', hash))
  batch.delete(hashedKey('receipts', hash))
}

async function pruneBranches(batch: WriteBatch, store: Store, number: bigint): Promise<void> {
  const canonical = batch.getSync(numberedKey('canonical', number))
  for (const hash of await blocksAtHeight(store, number)) {
    if (canonical !== undefined && equalBytes(hash, canonical)) continue
    deleteBlock(batch, { hash, number, parentHash: parentOf(batch, hash) })
  }
}

function parentOf(batch: WriteBatch, hash: Hash32): Hash32 {
  const header = batch.getSync(hashedKey('headers', hash))
  invariant(header !== undefined, 'a block at a height has a header')
  return headerCodec.decode(header).parentHash
}
