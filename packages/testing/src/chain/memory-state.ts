import { bytesToHex, type Hash32 } from '@poai/core'
import type { Account, StateCommit, StateReader, TrieNodeReader, TrieOwner } from '@poai/execution'

const NO_BYTES = new Uint8Array(0)

function nodeKey(owner: TrieOwner, path: Uint8Array): string {
  return `${owner === 'accounts' ? owner : bytesToHex(owner)}/${bytesToHex(path)}`
}

function slotKey(address: Uint8Array, slot: Uint8Array): string {
  return bytesToHex(address) + bytesToHex(slot)
}

/** A whole state in memory, which stays as it is: each block of a generated tree has its own. Sized for tests. */
export class MemoryState implements StateReader, TrieNodeReader {
  readonly stateRoot: Hash32
  private readonly accounts: Map<string, Account>
  private readonly slots: Map<string, Uint8Array>
  private readonly codes: Map<string, Uint8Array>
  private readonly nodes: Map<string, Uint8Array>

  /** The state after a commit on `parent`, or on nothing. */
  constructor({ stateRoot, changes, trieChanges }: StateCommit, parent?: MemoryState) {
    this.stateRoot = stateRoot
    this.accounts = new Map(parent?.accounts)
    this.slots = new Map(parent?.slots)
    this.codes = new Map(parent?.codes)
    this.nodes = new Map(parent?.nodes)
    for (const { address, next } of changes.accounts) put(this.accounts, bytesToHex(address), next)
    for (const { address, slot, next } of changes.storage) {
      put(this.slots, slotKey(address, slot), next.length === 0 ? undefined : next)
    }
    for (const { codeHash, code } of changes.code) this.codes.set(bytesToHex(codeHash), code)
    for (const { owner, path, next } of trieChanges) put(this.nodes, nodeKey(owner, path), next)
  }

  account(address: Uint8Array): Account | undefined {
    return this.accounts.get(bytesToHex(address))
  }

  storage(address: Uint8Array, slot: Uint8Array): Uint8Array {
    return this.slots.get(slotKey(address, slot)) ?? NO_BYTES
  }

  code(codeHash: Uint8Array): Uint8Array | undefined {
    return this.codes.get(bytesToHex(codeHash))
  }

  node(owner: TrieOwner, path: Uint8Array): Uint8Array | undefined {
    return this.nodes.get(nodeKey(owner, path))
  }
}

function put<Value>(map: Map<string, Value>, key: string, value: Value | undefined): void {
  if (value === undefined) map.delete(key)
  else map.set(key, value)
}
