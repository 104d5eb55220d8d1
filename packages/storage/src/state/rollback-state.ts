import { hashedKey, numberedKey } from '../keys.ts'
import { StorageError } from '../storage-error.ts'
import type { WriteBatch } from '../store/write-batch.ts'
import { decodeChangedKeys } from './changed-keys.ts'
import { decodeUndoNodes, trieNodeKey } from './undo-nodes.ts'
import { ACCOUNT_VERSIONS, revertVersion, SLOT_VERSIONS } from './version-chain.ts'

function takeRecord(batch: WriteBatch, key: Uint8Array, number: bigint): Uint8Array {
  const record = batch.getSync(key)
  if (record === undefined) {
    throw new StorageError('STORAGE_UNDO_PRUNED', 'the block cannot be rolled back', {
      expected: `an undo record of block ${number}`,
      hint: 'the reorganisation is deeper than the node keeps undo records for: synchronise again to follow it',
    })
  }
  batch.delete(key)
  return record
}

/**
 * Takes block `number`, the last applied one, out of the state: flat values, history, code and trie nodes are as before
 * it.
 */
export function rollbackState(batch: WriteBatch, number: bigint): void {
  // Both first: a block that cannot be rolled back whole must not be half.
  const nodes = decodeUndoNodes(takeRecord(batch, numberedKey('undoNodes', number), number))
  const changed = decodeChangedKeys(takeRecord(batch, numberedKey('changedKeys', number), number))
  for (const owner of changed.accounts) revertVersion(batch, [ACCOUNT_VERSIONS, owner], number)
  for (const owner of changed.slots) revertVersion(batch, [SLOT_VERSIONS, owner], number)
  for (const codeHash of changed.code) batch.delete(hashedKey('code', codeHash))
  for (const { owner, path, previous } of nodes) {
    const key = trieNodeKey(owner, path)
    if (previous === undefined) batch.delete(key)
    else batch.put(key, previous)
  }
}
