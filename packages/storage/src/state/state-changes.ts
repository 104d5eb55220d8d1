import type { Address, Hash32 } from '@poai/core'

/** An account as the state trie commits to it. */
export interface Account {
  readonly nonce: bigint
  readonly balance: bigint
  readonly storageRoot: Hash32
  readonly codeHash: Hash32
}

/** The state after one block, by key. */
export interface StateReader {
  account(address: Address): Account | undefined
  /** Big-endian bytes without leading zeros: none for 0. */
  storage(address: Address, slot: Hash32): Uint8Array
  code(codeHash: Hash32): Uint8Array | undefined
}

/** Whose trie a node is in: that of all accounts, or the storage of the contract at an address. */
export type TrieOwner = 'accounts' | Address

/** Merkle Patricia nodes by owner and path (one nibble a byte): those that stand by themselves. */
export interface TrieNodeReader {
  node(owner: TrieOwner, path: Uint8Array): Uint8Array | undefined
}

/**
 * What a block did to the state, as far as a store needs to know: what is there afterwards. What was there before it
 * reads itself, so that an undo record can never disagree with what it undoes.
 */
export interface StateCommit {
  readonly changes: {
    readonly accounts: readonly { readonly address: Address; readonly next: Account | undefined }[]
    readonly storage: readonly { readonly address: Address; readonly slot: Hash32; readonly next: Uint8Array }[]
    readonly code: readonly { readonly codeHash: Hash32; readonly code: Uint8Array }[]
  }
  readonly trieChanges: readonly {
    readonly owner: TrieOwner
    readonly path: Uint8Array
    readonly next: Uint8Array | undefined
  }[]
}
