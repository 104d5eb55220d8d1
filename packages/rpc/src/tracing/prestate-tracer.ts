import { toQuantity, toWord } from '@poai/api'
import { bytesToHex, defined, EMPTY_CODE_HASH, equalBytes, type JsonValue } from '@poai/core'
import type { StateReader } from '@poai/execution'
import type { Tracer } from './tracer.ts'

/**
 * What a transaction read, as it was before: geth's `prestateTracer`. Code comes from `state`, where it never changes.
 */
export function createPrestateTracer(state: Pick<StateReader, 'code'>): Tracer {
  return {
    hooks: {},
    result: ({ reads }) => {
      const shown: { [address: string]: { [key: string]: JsonValue } } = {}
      for (const { address, account } of reads?.accounts ?? []) {
        const code =
          account === undefined || equalBytes(account.codeHash, EMPTY_CODE_HASH)
            ? undefined
            : state.code(account.codeHash)
        shown[bytesToHex(address)] = {
          balance: toQuantity(account?.balance ?? 0n),
          ...defined({
            nonce: account === undefined || account.nonce === 0n ? undefined : Number(account.nonce),
            code: code && bytesToHex(code),
          }),
        }
      }
      for (const { address, slot, value } of reads?.slots ?? []) {
        const name = bytesToHex(address)
        const storage = (shown[name]?.['storage'] ?? {}) as { readonly [slot: string]: JsonValue }
        const held = toWord(value.length === 0 ? 0n : BigInt(bytesToHex(value)))
        shown[name] = { ...shown[name], storage: { ...storage, [bytesToHex(slot)]: held } }
      }
      return shown
    },
  }
}
