import { bytesToHex, EMPTY_TRIE_ROOT, type Hash32 } from '@poai/core'
import type { Account, StateCommit, StateReader, TrieNodeReader, TrieOwner } from '../../src/index.ts'

const NO_BYTES = new Uint8Array(0)

function nodeKey(owner: TrieOwner, path: Uint8Array): string {
  return `${owner === 'accounts' ? owner : bytesToHex(owner)}/${bytesToHex(path)}`
}

/** A store in memory with the interfaces that execution asks for. */
export class MemoryState implements StateReader, TrieNodeReader {
  readonly accounts: Map<string, Account> = new Map()
  readonly slots: Map<string, Uint8Array> = new Map()
  readonly codes: Map<string, Uint8Array> = new Map()
  readonly nodes: Map<string, Uint8Array> = new Map()
  stateRoot: Hash32 = EMPTY_TRIE_ROOT

  account(address: Uint8Array): Account | undefined {
    return this.accounts.get(bytesToHex(address))
  }

  storage(address: Uint8Array, slot: Uint8Array): Uint8Array {
    return this.slots.get(bytesToHex(address) + bytesToHex(slot)) ?? NO_BYTES
  }

  code(codeHash: Uint8Array): Uint8Array | undefined {
    return this.codes.get(bytesToHex(codeHash))
  }

  node(owner: TrieOwner, path: Uint8Array): Uint8Array | undefined {
    return this.nodes.get(nodeKey(owner, path))
  }

  /** Goes to the state after a block. */
  apply({ stateRoot, changes, trieChanges }: StateCommit): void {
    this.stateRoot = stateRoot
    for (const { address, next } of changes.accounts) put(this.accounts, bytesToHex(address), next)
    for (const { address, slot, next } of changes.storage) {
      put(this.slots, bytesToHex(address) + bytesToHex(slot), next.length === 0 ? undefined : next)
    }
    for (const { codeHash, code } of changes.code) this.codes.set(bytesToHex(codeHash), code)
    for (const { owner, path, next } of trieChanges) put(this.nodes, nodeKey(owner, path), next)
  }

  /** Goes back to the state before the last block that was applied, of which `commit` was the outcome. */
  undo({ changes, trieChanges }: StateCommit, stateRoot: Hash32): void {
    this.stateRoot = stateRoot
    for (const { address, previous } of changes.accounts) put(this.accounts, bytesToHex(address), previous)
    for (const { address, slot, previous } of changes.storage) {
      put(this.slots, bytesToHex(address) + bytesToHex(slot), previous.length === 0 ? undefined : previous)
    }
    for (const { owner, path, previous } of trieChanges) put(this.nodes, nodeKey(owner, path), previous)
  }
}

function put<Value>(map: Map<string, Value>, key: string, value: Value | undefined): void {
  if (value === undefined) map.delete(key)
  else map.set(key, value)
}
