import {
  bytesToUint,
  decodeRlp,
  EMPTY_CODE_HASH,
  EMPTY_TRIE_ROOT,
  encodeRlp,
  equalBytes,
  type Hash32,
  invariant,
  toHash32,
  uint64Field,
  uint256Field,
} from '@poai/core'

/** An account as the state trie commits to it. Values are never changed in place. */
export interface Account {
  readonly nonce: bigint
  readonly balance: bigint
  /** Of the account's storage after the last block that was committed. */
  readonly storageRoot: Hash32
  /** Of its code; `EMPTY_CODE_HASH` for an account without. */
  readonly codeHash: Hash32
}

/** The account of an address that nothing was ever sent to. */
export const NEW_ACCOUNT: Account = {
  nonce: 0n,
  balance: 0n,
  storageRoot: EMPTY_TRIE_ROOT,
  codeHash: EMPTY_CODE_HASH,
}

/** True if the account's address holds code. */
export function hasCode(account: Account): boolean {
  return account.codeHash !== EMPTY_CODE_HASH && !equalBytes(account.codeHash, EMPTY_CODE_HASH)
}

/** True if the account's storage was not empty after the last committed block. */
export function hasStorage(account: Account): boolean {
  return account.storageRoot !== EMPTY_TRIE_ROOT && !equalBytes(account.storageRoot, EMPTY_TRIE_ROOT)
}

/**
 * True if the account goes when a transaction touches it (EIP-161). An account with storage stays: only a genesis block
 * can make one without code and nonce, and its slots could not be enumerated to delete them.
 */
export function isEmptyAccount(account: Account): boolean {
  return account.nonce === 0n && account.balance === 0n && !hasCode(account) && !hasStorage(account)
}

/** The account's leaf in the state trie: the RLP list `[nonce, balance, storageRoot, codeHash]`. */
export function encodeAccount(account: Account): Uint8Array {
  const { nonce, balance, storageRoot, codeHash } = account
  return encodeRlp([uint64Field.toItem(nonce), uint256Field.toItem(balance), storageRoot, codeHash])
}

/**
 * The account of a leaf that {@link encodeAccount} wrote. Leaves come from our own store: anything else is a broken
 * invariant.
 */
export function decodeAccount(leaf: Uint8Array): Account {
  const item = decodeRlp(leaf)
  invariant(!(item instanceof Uint8Array) && item.length === 4, 'an account leaf has four members')
  const [nonce, balance, storageRoot, codeHash] = item as readonly Uint8Array[]
  return {
    nonce: bytesToUint(nonce as Uint8Array),
    balance: bytesToUint(balance as Uint8Array),
    storageRoot: toHash32(storageRoot as Uint8Array),
    codeHash: toHash32(codeHash as Uint8Array),
  }
}
