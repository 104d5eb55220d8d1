import { hashedKey, slotOwner } from '../keys.ts'
import type { SyncReader } from '../store/store.ts'
import { accountCodec } from './account-record.ts'
import type { Account, StateReader, TrieNodeReader } from './state-changes.ts'
import { trieNodeKey } from './undo-nodes.ts'
import { ACCOUNT_VERSIONS, readFlat, SLOT_VERSIONS, valueAt } from './version-chain.ts'

const NO_VALUE = new Uint8Array(0)

function accountOf(value: Uint8Array): Account | undefined {
  return value.length === 0 ? undefined : accountCodec.decode(value)
}

/** The state as `reader` has it: the store's, or that of a batch in the making. */
export function createStateReader(reader: SyncReader): StateReader {
  return {
    account: (address) => accountOf(readFlat(reader, ACCOUNT_VERSIONS, address)?.value ?? NO_VALUE),
    storage: (address, slot) => readFlat(reader, SLOT_VERSIONS, slotOwner(address, slot))?.value ?? NO_VALUE,
    code: (codeHash) => reader.getSync(hashedKey('code', codeHash)),
  }
}

/** The state after block `number`. Throws `STORAGE_HISTORY_PRUNED` from its reads where that is not kept. */
export function createPastStateReader(reader: SyncReader, number: bigint): StateReader {
  return {
    account: (address) => accountOf(valueAt(reader, [ACCOUNT_VERSIONS, address], number)),
    storage: (address, slot) => valueAt(reader, [SLOT_VERSIONS, slotOwner(address, slot)], number),
    code: (codeHash) => reader.getSync(hashedKey('code', codeHash)),
  }
}

/** The trie nodes of the state as `reader` has it. */
export function createTrieNodeReader(reader: SyncReader): TrieNodeReader {
  return { node: (owner, path) => reader.getSync(trieNodeKey(owner, path)) }
}
