import { EMPTY_CODE_HASH, equalBytes, type Hex } from '@poai/core'
import type { Account, StateReader } from '@poai/execution'
import { longHex } from '../format/long-hex.ts'
import type { Traced } from './tracer.ts'

/** The code of an account before or after an execution; undefined if it has none. */
export function codeOf(
  account: Account | undefined,
  { state, traced }: { readonly state: Pick<StateReader, 'code'>; readonly traced: Traced },
): Hex | undefined {
  if (account === undefined || equalBytes(account.codeHash, EMPTY_CODE_HASH)) return undefined
  // Code is kept by its hash and never changes: only what the execution deployed itself is not there before.
  const added = traced.changes.code.find(({ codeHash }) => equalBytes(codeHash, account.codeHash))
  const code = added?.code ?? state.code(account.codeHash)
  return code && longHex(code)
}
