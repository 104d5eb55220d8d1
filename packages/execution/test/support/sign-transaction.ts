import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common'
import { createTx } from '@ethereumjs/tx'
import { bytesToHex, createTransactionCodec, defined, type Transaction } from '@poai/core'
import type { Wallet } from './wallets.ts'

/** The chain of all tests here. */
export const CHAIN_ID = 77n

const common = createCustomCommon({ chainId: Number(CHAIN_ID) }, Mainnet, { hardfork: Hardfork.Cancun })
/** For {@link CHAIN_ID}. */
export const transactionCodec: ReturnType<typeof createTransactionCodec> = createTransactionCodec(CHAIN_ID)

/** What a wallet signs. */
export interface TransactionPlan {
  readonly type?: 0 | 1 | 2
  readonly nonce: bigint
  readonly gasLimit?: bigint
  readonly maxFeePerGas?: bigint
  readonly maxPriorityFeePerGas?: bigint
  readonly to?: Uint8Array | undefined
  readonly value?: bigint
  readonly data?: Uint8Array
  readonly accessList?: readonly { readonly address: Uint8Array; readonly storageKeys: readonly Uint8Array[] }[]
}

/** A signed transaction, through its encoding as a stranger would send it. */
export function signTransaction({ key }: Wallet, plan: TransactionPlan): Transaction {
  const { type = 2, nonce, gasLimit = 21_000n, value = 0n, data = new Uint8Array(0), accessList = [] } = plan
  const { to, maxFeePerGas = 20_000_000_000n, maxPriorityFeePerGas = 0n } = plan
  const fees = type === 2 ? { maxFeePerGas, maxPriorityFeePerGas } : { gasPrice: maxFeePerGas }
  const list = accessList.map(({ address, storageKeys }) => ({
    address: bytesToHex(address),
    storageKeys: storageKeys.map((slot) => bytesToHex(slot)),
  }))
  const members = { type, nonce, gasLimit, value, data, ...fees, ...(type === 0 ? {} : { accessList: list }) }
  const unsigned = createTx({ ...members, ...defined({ to: to && bytesToHex(to) }) }, { common })
  return transactionCodec.decode(unsigned.sign(key).serialize())
}
