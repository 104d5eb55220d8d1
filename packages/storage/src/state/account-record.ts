import { type Codec, type Field, hashField, rlpCodec, structField, uint64Field, uint256Field } from '@poai/core'
import type { Account } from './state-changes.ts'

const accountField: Field<Account> = structField<Account>({
  nonce: uint64Field,
  balance: uint256Field,
  storageRoot: hashField,
  codeHash: hashField,
})

/** Two integers of at most 9 and 33 bytes, two hashes of 33, and the list's head. */
const MAX_ACCOUNT_BYTES = 128

/** An account on disk, which is its leaf in the state trie: the RLP list `[nonce, balance, storageRoot, codeHash]`. */
export const accountCodec: Codec<Account> = rlpCodec('account', accountField, MAX_ACCOUNT_BYTES)
