import {
  type Authorization,
  concatBytes,
  encodeRlp,
  hash32,
  type RlpItem,
  type Transaction,
  uintToBytes,
} from '@poai/core'

/** A transaction that nobody has signed. */
export type UnsignedTransaction = Omit<Transaction, 'bytes' | 'hash' | 'signature'>

const NO_BYTES: Uint8Array = new Uint8Array(0)
const WORD_BYTES = 32

/** The canonical encoding with zeros where the signature will be, as geth writes it. */
export function encodeUnsigned(transaction: UnsignedTransaction, chainId: bigint): Uint8Array {
  const { type, nonce, gasLimit, maxFeePerGas, maxPriorityFeePerGas, to, value, data, accessList } = transaction
  const end: readonly RlpItem[] = [minimal(gasLimit), to ?? NO_BYTES, minimal(value), data]
  const unsigned: readonly RlpItem[] = [NO_BYTES, NO_BYTES, NO_BYTES]
  if (type === 0) return encodeRlp([minimal(nonce), minimal(maxFeePerGas), ...end, ...unsigned])
  const fees = type === 1 ? [maxFeePerGas] : [maxPriorityFeePerGas, maxFeePerGas]
  const list = accessList.map(({ address, storageKeys }): RlpItem => [address, storageKeys])
  const authorizations = type === 4 ? [transaction.authorizationList.map(authorizationItem)] : []
  return concatBytes(
    Uint8Array.of(type),
    encodeRlp([minimal(chainId), minimal(nonce), ...fees.map(minimal), ...end, list, ...authorizations, ...unsigned]),
  )
}

/** As if it were signed, by nobody: for blocks that are only imagined. */
export function unsignedAsSigned(transaction: UnsignedTransaction, chainId: bigint): Transaction {
  const bytes = encodeUnsigned(transaction, chainId)
  const hash = hash32(bytes)
  return { ...transaction, bytes, hash, signature: { r: 0n, s: 0n, yParity: 0, signingHash: hash } }
}

/** It is signed, by another account. */
function authorizationItem({ chainId, address, nonce, signature }: Authorization): RlpItem {
  const { yParity, r, s } = signature
  return [minimal(chainId), address, ...[nonce, BigInt(yParity), r, s].map(minimal)]
}

function minimal(value: bigint): Uint8Array {
  const bytes = uintToBytes(value, WORD_BYTES)
  const first = bytes.findIndex((byte) => byte !== 0)
  return first === -1 ? NO_BYTES : bytes.slice(first)
}
