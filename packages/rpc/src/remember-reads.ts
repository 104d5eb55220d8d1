import type { PastState } from '@poai/chain'
import { bytesToHex, type Hex } from '@poai/core'

/** Accounts, and slots, that are remembered for one head: a few megabytes. Further ones are read each time. */
const MAX_REMEMBERED = 20_000
/** Bytes of contracts: a few hundred of the largest. */
const MAX_CODE_BYTES = 8 * 1024 * 1024

/** A state that remembers what was read: the state after a block never changes, and clients ask for the same things. */
export function rememberReads(state: PastState): PastState {
  const accounts = new Map<Hex, ReturnType<PastState['account']>>()
  const slots = new Map<string, Uint8Array>()
  const codes = new Map<Hex, Uint8Array>()
  let codeBytes = 0
  return {
    account: (address) => {
      const key = bytesToHex(address)
      const known = accounts.get(key)
      if (known !== undefined || accounts.has(key)) return known
      const read = state.account(address)
      if (accounts.size < MAX_REMEMBERED) accounts.set(key, read)
      return read
    },
    storage: (address, slot) => {
      const key = `${bytesToHex(address)}${bytesToHex(slot)}`
      const known = slots.get(key)
      if (known !== undefined) return known
      const read = state.storage(address, slot)
      if (slots.size < MAX_REMEMBERED) slots.set(key, read)
      return read
    },
    code: (codeHash) => {
      const key = bytesToHex(codeHash)
      const known = codes.get(key)
      if (known !== undefined) return known
      const read = state.code(codeHash)
      if (read !== undefined && codeBytes + read.length <= MAX_CODE_BYTES) {
        codes.set(key, read)
        codeBytes += read.length
      }
      return read
    },
    close: () => state.close(),
  }
}
