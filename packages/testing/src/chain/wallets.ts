import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common'
import { createEOACode7702Tx, createFeeMarket1559Tx } from '@ethereumjs/tx'
import { eoaCode7702SignAuthorization } from '@ethereumjs/util'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import {
  type Address,
  bytesToHex,
  createTransactionCodec,
  keccak256,
  type Transaction,
  toAddress,
  uint256Field,
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
  /** Makes it a transaction of type 4, which needs a `to`. */
  readonly authorizations?: readonly AuthorizationPlan[]
}

/** A wallet's word that it runs the code at an address (EIP-7702). */
export interface AuthorizationPlan {
  readonly wallet: Wallet
  readonly address: Address
  readonly nonce: bigint
  /** Default: of the transaction. */
  readonly chainId?: bigint
}

const GWEI = 1_000_000_000n

function signAuthorization(
  chainId: bigint,
  { wallet, address, nonce, ...said }: AuthorizationPlan,
): ReturnType<typeof eoaCode7702SignAuthorization> {
  const numbers = [said.chainId ?? chainId, nonce].map((number) => uint256Field.toItem(number) as Uint8Array)
  const [chain, place] = numbers as [Uint8Array, Uint8Array]
  return eoaCode7702SignAuthorization([chain, address, place], wallet.key)
}

/** A signed transaction, through its encoding as a stranger would send it. */
export function signTransaction(chainId: bigint, { key }: Wallet, plan: TransactionPlan): Transaction {
  const common = createCustomCommon({ chainId: Number(chainId) }, Mainnet, { hardfork: Hardfork.Prague })
  const { nonce, to, value = 0n, data = new Uint8Array(0), gasLimit = 21_000n } = plan
  const { maxFeePerGas = 10n * GWEI, maxPriorityFeePerGas = GWEI } = plan
  const members = {
    ...{ chainId, nonce, value, data, gasLimit, maxFeePerGas, maxPriorityFeePerGas },
    ...(to === undefined ? {} : { to: bytesToHex(to) }),
  }
  const { authorizations } = plan
  const unsigned =
    authorizations === undefined
      ? createFeeMarket1559Tx(members, { common })
      : createEOACode7702Tx(
          { ...members, authorizationList: authorizations.map((given) => signAuthorization(chainId, given)) },
          { common },
        )
  return createTransactionCodec(chainId).decode(unsigned.sign(key).serialize())
}
