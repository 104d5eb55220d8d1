import { hexOrNull, toQuantity } from '@poai/api'
import type { AuthorizationJson, TransactionJson } from '@poai/api/client'
import type { PooledTransaction } from '@poai/chain'
import { type Address, type Authorization, bytesToHex, type Hash32, type Header, type Transaction } from '@poai/core'
import { effectiveGasPrice } from '@poai/execution'
import { longHex } from './long-hex.ts'

/** The place of a mined transaction. */
export interface MinedAt {
  readonly header: Header
  readonly blockHash: Hash32
  readonly index: number
}

/** EIP-155: the chain id and the parity in one number. */
const V_OFFSET = 35n

/** A transaction as clients know it; a mined one has its place and the price that it paid. */
export function formatTransaction(
  transaction: Transaction,
  { sender, chainId, mined }: { readonly sender: Address; readonly chainId: bigint; readonly mined?: MinedAt },
): TransactionJson {
  const { type, signature } = transaction
  const price =
    mined === undefined ? transaction.maxFeePerGas : effectiveGasPrice(transaction, mined.header.baseFeePerGas)
  const v = type === 0 ? chainId * 2n + V_OFFSET + BigInt(signature.yParity) : BigInt(signature.yParity)
  return {
    blockHash: hexOrNull(mined?.blockHash),
    blockNumber: mined === undefined ? null : toQuantity(mined.header.number),
    blockTimestamp: mined === undefined ? null : toQuantity(mined.header.timestamp),
    transactionIndex: mined === undefined ? null : toQuantity(mined.index),
    hash: bytesToHex(transaction.hash),
    type: `0x${type}`,
    chainId: toQuantity(chainId),
    nonce: toQuantity(transaction.nonce),
    from: bytesToHex(sender),
    to: hexOrNull(transaction.to),
    value: toQuantity(transaction.value),
    gas: toQuantity(transaction.gasLimit),
    gasPrice: toQuantity(price),
    ...(type === 2 || type === 4
      ? {
          maxFeePerGas: toQuantity(transaction.maxFeePerGas),
          maxPriorityFeePerGas: toQuantity(transaction.maxPriorityFeePerGas),
        }
      : {}),
    input: longHex(transaction.data),
    ...(type === 0
      ? {}
      : {
          accessList: transaction.accessList.map(({ address, storageKeys }) => ({
            address: bytesToHex(address),
            storageKeys: storageKeys.map(bytesToHex),
          })),
          yParity: toQuantity(signature.yParity),
        }),
    ...(type === 4 ? { authorizationList: transaction.authorizationList.map(formatAuthorization) } : {}),
    v: toQuantity(v),
    r: toQuantity(signature.r),
    s: toQuantity(signature.s),
  }
}

/** An account's word that it runs another one's code. */
export function formatAuthorization({ chainId, address, nonce, signature }: Authorization): AuthorizationJson {
  return {
    chainId: toQuantity(chainId),
    address: bytesToHex(address),
    nonce: toQuantity(nonce),
    yParity: toQuantity(signature.yParity),
    r: toQuantity(signature.r),
    s: toQuantity(signature.s),
  }
}

/** A pending transaction. */
export function formatPooled({ transaction, sender }: PooledTransaction, chainId: bigint): TransactionJson {
  return formatTransaction(transaction, { sender, chainId })
}
