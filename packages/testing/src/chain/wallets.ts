import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common'
import { createFeeMarket1559Tx } from '@ethereumjs/tx'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import {
  type Address,
  bytesToHex,
  createTransactionCodec,
  keccak256,
  type Transaction,
  toAddress,
  utf8ToBytes,
} from '@poai/core'

/** Someone who can sign. */
export interface Wallet {
  readonly key: Uint8Array
  readonly address: Address
}

/** The wallet for a label: always the same one. */
export function testWallet(label: string): Wallet {
  const key = keccak256(utf8ToBytes(`poai/test/wallet/${label}`))
  const publicKey = secp256k1.getPublicKey(key, false).subarray(1)
  return { key, address: toAddress(keccak256(publicKey).slice(12)) }
}

/**
 * What a wallet signs: an EIP-1559 transaction, a transfer of nothing at fees that everybody can pay unless said
 * otherwise.
 */
export interface TransactionPlan {
  readonly nonce: bigint
  /** Undefined creates a contract. */
  readonly to: Address | undefined
  readonly value?: bigint
  readonly data?: Uint8Array
  readonly gasLimit?: bigint
  readonly maxFeePerGas?: bigint
  readonly maxPriorityFeePerGas?: bigint
}

const GWEI = 1_000_000_000n

/** A signed transaction, through its encoding as a stranger would send it. */
export function signTransaction(chainId: bigint, { key }: Wallet, plan: TransactionPlan): Transaction {
  const common = createCustomCommon({ chainId: Number(chainId) }, Mainnet, { hardfork: Hardfork.Cancun })
  const { nonce, to, value = 0n, data = new Uint8Array(0), gasLimit = 21_000n } = plan
  const { maxFeePerGas = 10n * GWEI, maxPriorityFeePerGas = GWEI } = plan
  const unsigned = createFeeMarket1559Tx(
    {
      ...{ chainId, nonce, value, data, gasLimit, maxFeePerGas, maxPriorityFeePerGas },
      ...(to === undefined ? {} : { to: bytesToHex(to) }),
    },
    { common },
  )
  return createTransactionCodec(chainId).decode(unsigned.sign(key).serialize())
}
