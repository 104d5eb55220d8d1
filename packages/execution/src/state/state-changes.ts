import type { Address, Hash32 } from '@poai/core'
import type { TrieNodeChange } from '../trie/trie-nodes.ts'
import type { Account } from './account.ts'

/** An account before and after a block; undefined where there was none or is none any more. */
export interface AccountChange {
  readonly address: Address
  readonly previous: Account | undefined
  readonly next: Account | undefined
}

/** A slot before and after a block: big-endian bytes without leading zeros, none for 0. */
export interface StorageChange {
  readonly address: Address
  readonly slot: Hash32
  readonly previous: Uint8Array
  readonly next: Uint8Array
}

/** Code that a block deployed. Code is kept by its hash, and may have been there already. */
export interface CodeAddition {
  readonly codeHash: Hash32
  readonly code: Uint8Array
}

/**
 * What a block did to the flat state: only what differs in the end, so `next` undoes to `previous` and back.
 * Accounts are sorted by address, slots by address and slot, code by its hash.
 */
export interface StateChanges {
  readonly accounts: readonly AccountChange[]
  readonly storage: readonly StorageChange[]
  readonly code: readonly CodeAddition[]
}

/** A state after a block, as a store has to write it: flat values, and the trie nodes that commit to them. */
export interface StateCommit {
  readonly stateRoot: Hash32
  readonly changes: StateChanges
  readonly trieChanges: readonly TrieNodeChange[]
}
