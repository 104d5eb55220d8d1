import type { Address, Hash32 } from '@poai/core'
import type { Account } from './account.ts'

/**
 * The state after one block, by key. Reads are synchronous: LevelDB answers them 3 to 13 times faster than it resolves
 * a promise, and the EVM makes one for every slot. What is handed out is never changed by the reader or by execution.
 */
export interface StateReader {
  /** Undefined if the state trie has no leaf for the address. */
  account(address: Address): Account | undefined
  /**
   * The slot's value in big-endian bytes without leading zeros: no bytes for 0, which is what an unwritten slot holds.
   */
  storage(address: Address, slot: Hash32): Uint8Array
  /** Undefined if no account of the state has that code. */
  code(codeHash: Hash32): Uint8Array | undefined
}

const NO_BYTES: Uint8Array = new Uint8Array(0)

/** The state before the genesis block. */
export const EMPTY_STATE: StateReader = {
  account: () => undefined,
  storage: () => NO_BYTES,
  code: () => undefined,
}
