export type { Account } from './state/account.ts'
export type { AccountChange, CodeAddition, StateChanges, StateCommit, StorageChange } from './state/state-changes.ts'
export type { StateReader } from './state/state-reader.ts'
export type { NibblePath, TrieNodeChange, TrieNodeReader, TrieOwner } from './trie/trie-nodes.ts'
