import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common'
import { createTx } from '@ethereumjs/tx'
import { eoaCode7702SignAuthorization } from '@ethereumjs/util'
import {
  type Address,
  bytesToHex,
  createTransactionCodec,
  defined,
  type Transaction,
  type TransactionType,
  uint64Field,
} from '@poai/core'
import type { Wallet } from './wallets.ts'

/** The chain of all tests here. */
export const CHAIN_ID = 77n

const common = createCustomCommon({ chainId: Number(CHAIN_ID) }, Mainnet, { hardfork: Hardfork.Prague })
/** For {@link CHAIN_ID}. */
export const transactionCodec: ReturnType<typeof createTransactionCodec> = createTransactionCodec(CHAIN_ID)

/** What a wallet signs. */
export interface TransactionPlan {
  readonly type?: TransactionType
  readonly nonce: bigint
  readonly gasLimit?: bigint
  readonly maxFeePerGas?: bigint
  readonly maxPriorityFeePerGas?: bigint
  readonly to?: Uint8Array | undefined
  readonly value?: bigint
  readonly data?: Uint8Array
  readonly accessList?: readonly { readonly address: Uint8Array; readonly storageKeys: readonly Uint8Array[] }[]
  /** Of type 4: as {@link signAuthorization} makes them, or with any members of the right size. */
  readonly authorizationList?: readonly SignedAuthorization[]
}

/** The members of an authorization in its encoding: chain id, address, nonce, parity, r, s. */
export type SignedAuthorization = readonly Uint8Array[]

/** An account's word that it runs the code at `address`. */
export function signAuthorization(
  { key }: Wallet,
  {
    address,
    nonce,
    chainId = CHAIN_ID,
  }: { readonly address: Address; readonly nonce: bigint; readonly chainId?: bigint },
): SignedAuthorization {
  const [chain, place] = [chainId, nonce].map((number) => uint64Field.toItem(number) as Uint8Array)
  return eoaCode7702SignAuthorization([chain as Uint8Array, address, place as Uint8Array], key)
}

/** A signed transaction, through its encoding as a stranger would send it. */
export function signTransaction({ key }: Wallet, plan: TransactionPlan): Transaction {
  const { type = 2, nonce, gasLimit = 21_000n, value = 0n, data = new Uint8Array(0), accessList = [] } = plan
  const { to, maxFeePerGas = 20_000_000_000n, maxPriorityFeePerGas = 0n, authorizationList } = plan
  const fees = type >= 2 ? { maxFeePerGas, maxPriorityFeePerGas } : { gasPrice: maxFeePerGas }
  const list = accessList.map(({ address, storageKeys }) => ({
    address: bytesToHex(address),
    storageKeys: storageKeys.map((slot) => bytesToHex(slot)),
  }))
  const members = {
    ...{ type, nonce, gasLimit, value, data, ...fees },
    ...(type === 0 ? {} : { accessList: list }),
    ...(type === 4 ? { authorizationList } : {}),
    ...defined({ to: to && bytesToHex(to) }),
  }
  const unsigned = createTx(members as Parameters<typeof createTx>[0], { common })
  return transactionCodec.decode(unsigned.sign(key).serialize())
}
