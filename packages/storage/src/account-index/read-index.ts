import { ADDRESS_BYTES, type Address, toAddress } from '@poai/core'
import { decodeNumber, encodeNumber, hashedKey, keyOf, NUMBER_BYTES, numberedKey } from '../keys.ts'
import type { Store } from '../store/store.ts'
import { type IndexProgress, ROLES, readIndexProgress } from './write-index.ts'

/** A transaction by its place in the chain. */
export interface TransactionPlace {
  readonly number: bigint
  readonly index: number
}

/** A transaction that had to do with an account. */
export interface TouchedPlace extends TransactionPlace {
  /** Of `ROLES`. */
  readonly roles: number
}

/** Where a contract comes from. */
export interface Creation extends TransactionPlace {
  /** The account whose creation it was: the sender, or the contract that made it. */
  readonly creator: Address
}

/** Heights, both included. */
export interface Heights {
  readonly from: bigint
  readonly to: bigint
}

/** Which transactions of an account. */
export interface TouchedQuestion extends Heights {
  /** From the end of the chain. */
  readonly reverse?: boolean
  /** Only those in which it was that. */
  readonly role?: keyof typeof ROLES
}

/** What the index knows. Ask for its progress before and after: blocks may have left in between. */
export interface AccountIndexReader {
  /** Undefined until it has begun. */
  progress(): IndexProgress | undefined
  /** Transactions that had to do with an account, in the order of the chain or from its end. One look at the index. */
  touched(address: Address, question: TouchedQuestion): AsyncIterable<TouchedPlace>
  /** Blocks whose reward an account got. */
  mined(address: Address, heights: Heights): AsyncIterable<bigint>
  /** What an account signed with a nonce. */
  sent(sender: Address, nonce: bigint): TransactionPlace | undefined
  creation(address: Address): Creation | undefined
}

/** Nonces of accounts are below. */
const NONCE_END = 1n << 64n
const ADDRESS_END: number = 1 + ADDRESS_BYTES

/** Reads the index of a database, which may be empty. */
export function createAccountIndexReader(store: Store): AccountIndexReader {
  return {
    progress: () => readIndexProgress(store),
    touched: async function* (address, { from, to, reverse = false, role }) {
      const wanted = role === undefined ? undefined : ROLES[role]
      const range = {
        gte: keyOf('touched', address, encodeNumber(from)),
        lt: keyOf('touched', address, encodeNumber(to + 1n)),
      }
      for await (const [key, value] of store.entries({ ...range, reverse })) {
        const roles = value[0] as number
        if (wanted === undefined || (roles & wanted) !== 0) yield { ...placeIn(key, ADDRESS_END), roles }
      }
    },
    mined: async function* (address, { from, to }) {
      const range = { gte: numberedKey('mined', from, address), lt: numberedKey('mined', to + 1n, address) }
      for await (const [key] of store.entries(range)) yield decodeNumber(key, ADDRESS_END)
    },
    sent: (sender, nonce) => {
      const value = nonce < NONCE_END ? store.getSync(numberedKey('sent', nonce, sender)) : undefined
      return value === undefined ? undefined : placeIn(value, 0)
    },
    creation: (address) => {
      const value = store.getSync(hashedKey('creations', address))
      if (value === undefined) return undefined
      return { ...placeIn(value, 0), creator: toAddress(value.subarray(NUMBER_BYTES + 4)) }
    },
  }
}

function placeIn(bytes: Uint8Array, offset: number): TransactionPlace {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return { number: decodeNumber(bytes, offset), index: view.getUint32(offset + NUMBER_BYTES) }
}
