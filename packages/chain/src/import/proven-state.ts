import { type Address, bytesToHex, equalBytes, type Hash32, hash32, headerHash } from '@poai/core'
import { ExecutionError, encodeAccount, NEW_ACCOUNT, proveAccount, type StateReader } from '@poai/execution'
import { StorageError } from '@poai/storage'
import type { ChainUpdate } from '../database/chain-database.ts'

/** The state before a block, as execution reads it. */
export interface ParentState {
  readonly state: StateReader
  readonly nodes: ChainUpdate['nodes']
  readonly stateRoot: Hash32
}

/** What is on disk is not what was written there: nothing that follows from it says anything about a block. */
export function damagedState(
  message: string,
  details: { readonly actual?: string; readonly cause?: unknown },
): StorageError {
  return new StorageError('STORAGE_DAMAGED', message, {
    ...details,
    hint: 'stop the node and look at what is damaged (poai db check); if it finds nothing, the memory of this machine is at fault',
  })
}

/**
 * The same state, with each value proven by the nodes on the way from the state root, which the parent's header commits
 * to. Expensive: some ten hashes a value. Throws `STORAGE_DAMAGED` at the first value that is another one.
 */
export function provenState({ state, nodes, stateRoot }: ParentState): StateReader {
  const prove = (address: Address, slots: readonly Hash32[]): ReturnType<typeof proveAccount> => {
    try {
      return proveAccount({ nodes, stateRoot, address, slots })
    } catch (cause) {
      if (cause instanceof ExecutionError) throw damagedState(cause.message, { cause })
      throw cause
    }
  }
  return {
    account: (address) => {
      const account = state.account(address)
      const proven = prove(address, []).account
      if (equalBytes(encodeAccount(account ?? NEW_ACCOUNT), encodeAccount(proven))) return account
      throw damagedState('an account is not what the state root says', { actual: `account ${bytesToHex(address)}` })
    },
    storage: (address, slot) => {
      const value = state.storage(address, slot)
      const [proven] = prove(address, [slot]).slots
      if (proven !== undefined && equalBytes(value, proven.value)) return value
      const actual = `slot ${bytesToHex(slot)} of ${bytesToHex(address)}`
      throw damagedState('a slot is not what the state root says', { actual })
    },
    code: (codeHash) => {
      const code = state.code(codeHash)
      if (code !== undefined && equalBytes(hash32(code), codeHash)) return code
      throw damagedState('code is not what its hash says', { actual: `code ${bytesToHex(codeHash)}` })
    },
  }
}

/** The hashes of blocks before one, by the headers that it stands on instead of by the index of the chain. */
export function provenHashes(
  reader: Pick<ChainUpdate, 'header'>,
  parent: { readonly number: bigint; readonly hash: Hash32 },
): (number: bigint) => Hash32 | undefined {
  const known = new Map([[parent.number, parent.hash]])
  let lowest = parent
  return (number) => {
    while (lowest.number > number) {
      const header = reader.header(lowest.hash)
      if (header === undefined || !equalBytes(headerHash(header), lowest.hash))
        throw damagedState('a header is not what its hash says', { actual: `block ${lowest.number}` })
      lowest = { number: lowest.number - 1n, hash: header.parentHash }
      known.set(lowest.number, lowest.hash)
    }
    return known.get(number)
  }
}
