import { EMPTY_TRIE_ROOT, type GenesisAccount, uintToBytes } from '@poai/core'
import { NO_TRIE_NODES } from '../trie/trie-nodes.ts'
import { NEW_ACCOUNT } from './account.ts'
import { commitState } from './commit-state.ts'
import type { StateCommit } from './state-changes.ts'
import { EMPTY_STATE } from './state-reader.ts'
import { WorldState } from './world-state.ts'

/** A value of 32 bytes at most, without leading zeros. */
function minimalBytes(value: bigint): Uint8Array {
  let size = 0
  for (let rest = value; rest > 0n; rest >>= 8n) size++
  return uintToBytes(value, size)
}

/** The state of the genesis block, as a store has to write it. Its root is core's `genesisStateRoot`. */
export function genesisState(accounts: readonly GenesisAccount[]): StateCommit {
  const world = new WorldState(EMPTY_STATE)
  for (const { address, nonce, balance, code, storage } of accounts) {
    world.setAccount(address, { ...NEW_ACCOUNT, nonce, balance })
    world.setCode(address, code)
    for (const { key, value } of storage) world.setSlot(address, key, minimalBytes(value))
  }
  return commitState({ nodes: NO_TRIE_NODES, stateRoot: EMPTY_TRIE_ROOT }, world.changes(), () => undefined)
}
