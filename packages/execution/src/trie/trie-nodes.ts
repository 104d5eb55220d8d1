import type { Address } from '@poai/core'

/** Whose trie a node is in: the trie of all accounts, or the storage of the contract at an address. */
export type TrieOwner = 'accounts' | Address

/** From the root to a node, one nibble (0 to 15) a byte; no bytes for the root, at most 64. */
export type NibblePath = Uint8Array

/**
 * The Merkle Patricia nodes of one state, each under its owner and path, so that a new version of a node takes the old
 * one's place. Only nodes that stand by themselves are there: the root, and those whose encoding has 32 bytes or more.
 * Smaller ones are inside their parents.
 */
export interface TrieNodeReader {
  /** The node's RLP, or undefined if no node is there. */
  node(owner: TrieOwner, path: NibblePath): Uint8Array | undefined
}

/** A node before and after a block; undefined where there was none or is none any more. */
export interface TrieNodeChange {
  readonly owner: TrieOwner
  readonly path: NibblePath
  readonly previous: Uint8Array | undefined
  readonly next: Uint8Array | undefined
}

/** The tries of the state before the genesis block. */
export const NO_TRIE_NODES: TrieNodeReader = { node: () => undefined }
