import { concatBytes, equalBytes } from '@poai/core'
import { hashedKey, numberedKey, slotOwner } from '../keys.ts'
import type { WriteBatch } from '../store/write-batch.ts'
import { accountCodec } from './account-record.ts'
import { encodeChangedKeys } from './changed-keys.ts'
import type { StateCommit } from './state-changes.ts'
import { encodeUndoNodes, trieNodeKey, type UndoNode } from './undo-nodes.ts'
import { ACCOUNT_VERSIONS, SLOT_VERSIONS, writeVersion } from './version-chain.ts'

const NO_VALUE = new Uint8Array(0)

/**
 * Puts the state after block `number` into the batch: flat values with their history, code, trie nodes, and what it
 * takes to undo all that. The batch must hold or stand on the state after block `number - 1`. For the genesis block
 * there is nothing to undo.
 */
export function applyState(batch: WriteBatch, number: bigint, commit: StateCommit): void {
  const changed = { accounts: [] as Uint8Array[], slots: [] as Uint8Array[], code: [] as Uint8Array[] }
  for (const { address, next } of commit.changes.accounts) {
    const value = next === undefined ? NO_VALUE : accountCodec.encode(next)
    if (writeVersion(batch, [ACCOUNT_VERSIONS, address], { number, next: value })) changed.accounts.push(address)
  }
  for (const { address, slot, next } of commit.changes.storage) {
    const owner = slotOwner(address, slot)
    if (writeVersion(batch, [SLOT_VERSIONS, owner], { number, next })) changed.slots.push(owner)
  }
  for (const { codeHash, code } of commit.changes.code) {
    const key = hashedKey('code', codeHash)
    if (batch.getSync(key) !== undefined) continue
    batch.put(key, code)
    changed.code.push(codeHash)
  }
  const undo = writeNodes(batch, commit.trieChanges)
  if (number === 0n) return
  batch.put(numberedKey('changedKeys', number), encodeChangedKeys(changed))
  batch.put(numberedKey('undoNodes', number), encodeUndoNodes(undo))
}

function writeNodes(batch: WriteBatch, changes: StateCommit['trieChanges']): readonly UndoNode[] {
  const undo: UndoNode[] = []
  for (const { owner, path, next } of changes) {
    const key = trieNodeKey(owner, path)
    const previous = batch.getSync(key)
    if (next === undefined ? previous === undefined : previous !== undefined && equalBytes(previous, next)) continue
    undo.push({ owner, path, previous })
    // A copy: nodes may be views into the buffer of a whole block.
    if (next === undefined) batch.delete(key)
    else batch.put(key, concatBytes(next))
  }
  return undo
}
