import { compareBytes, EMPTY_TRIE_ROOT, encodeRlp, type Hash32, hash32, invariant } from '@poai/core'
import type { TrieNodeChange, TrieNodeReader } from '../trie/trie-nodes.ts'
import { type TrieUpdate, updateTrie } from '../trie/update-trie.ts'
import { type Account, encodeAccount } from './account.ts'
import { bytesToKey } from './byte-key.ts'
import type { AccountChange, StateChanges, StateCommit, StorageChange } from './state-changes.ts'

/** The tries that a block's changes go into. */
export interface ParentTries {
  readonly nodes: TrieNodeReader
  readonly stateRoot: Hash32
}

function sortByKey(updates: TrieUpdate[]): readonly TrieUpdate[] {
  return updates.sort((a, b) => compareBytes(a.key, b.key))
}

function slotUpdate({ slot, next }: StorageChange): TrieUpdate {
  return { key: hash32(slot), value: next.length === 0 ? undefined : encodeRlp(next) }
}

function groupByAddress(storage: readonly StorageChange[]): ReadonlyMap<string, readonly StorageChange[]> {
  const groups = new Map<string, StorageChange[]>()
  for (const change of storage) {
    const key = bytesToKey(change.address)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [change])
    else group.push(change)
  }
  return groups
}

/** The accounts that changed, and those of which only slots did. */
function touchedAccounts(changes: StateChanges, accountOf: AccountLookup): readonly AccountChange[] {
  const known = new Set(changes.accounts.map(({ address }) => bytesToKey(address)))
  const others: AccountChange[] = []
  for (const { address } of changes.storage) {
    const key = bytesToKey(address)
    if (known.has(key)) continue
    known.add(key)
    const account = accountOf(address)
    others.push({ address, previous: account, next: account })
  }
  return [...changes.accounts, ...others].sort((a, b) => compareBytes(a.address, b.address))
}

/** The account at an address before the block. */
export type AccountLookup = (address: AccountChange['address']) => Account | undefined

/**
 * Puts changes into the tries: storage tries first, then the accounts with their new storage roots. The flat accounts
 * of the result carry those roots too.
 */
export function commitState(parent: ParentTries, changes: StateChanges, accountOf: AccountLookup): StateCommit {
  const slotsOf = groupByAddress(changes.storage)
  const accounts: AccountChange[] = []
  const trieChanges: TrieNodeChange[] = []
  for (const change of touchedAccounts(changes, accountOf)) {
    const { address, previous, next } = change
    const slots = slotsOf.get(bytesToKey(address))
    if (slots === undefined) {
      accounts.push(change)
      continue
    }
    const root = previous?.storageRoot ?? EMPTY_TRIE_ROOT
    const storage = updateTrie({ reader: parent.nodes, owner: address, root }, sortByKey(slots.map(slotUpdate)))
    for (const node of storage.changes) trieChanges.push(node)
    invariant(next !== undefined, 'slots of an account that is gone are gone with it')
    accounts.push({ address, previous, next: { ...next, storageRoot: storage.root } })
  }
  const leaves = accounts.map(
    ({ address, next }): TrieUpdate => ({
      key: hash32(address),
      value: next === undefined ? undefined : encodeAccount(next),
    }),
  )
  const state = updateTrie({ reader: parent.nodes, owner: 'accounts', root: parent.stateRoot }, sortByKey(leaves))
  return {
    stateRoot: state.root,
    changes: { ...changes, accounts },
    trieChanges: [...state.changes, ...trieChanges],
  }
}
