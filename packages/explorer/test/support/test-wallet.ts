import { addr, Transaction } from 'micro-eth-signer'
import type { ServingNode } from './start-node.ts'

/** What a page asks of a wallet. */
export interface WalletCall {
  readonly method: string
  readonly params?: readonly unknown[]
}

/** A browser's wallet, whose user says yes to everything. It signs for real. */
export interface TestWallet {
  readonly address: string
  /** The methods that were asked for, in order. */
  readonly asked: readonly string[]
  /** The chains that it was told of. */
  readonly added: readonly unknown[]
  request(call: WalletCall): Promise<unknown>
}

interface Wanted {
  readonly to?: string
  readonly value: string
  readonly data: string
}

const UNKNOWN_CHAIN = 'Unrecognized chain ID'
const GAS_LIMIT = 1_000_000n

/** Signs a transaction with a key. */
export async function signTransaction(
  node: ServingNode,
  key: string,
  wanted: Wanted & { readonly nonce: bigint },
): Promise<string> {
  const [chainId, price] = await Promise.all([node.call<string>('eth_chainId'), node.call<string>('eth_gasPrice')])
  const transaction = Transaction.prepare({
    type: 'eip1559',
    to: wanted.to ?? '0x',
    value: BigInt(wanted.value),
    data: wanted.data,
    nonce: wanted.nonce,
    chainId: BigInt(chainId),
    gasLimit: GAS_LIMIT,
    maxFeePerGas: BigInt(price) * 3n,
    maxPriorityFeePerGas: 1_000_000_000n,
  })
  return transaction.signBy(key, false).toHex()
}

/** A wallet with a key, which does not know this chain before the page has told it. */
export function createTestWallet(node: ServingNode, key: string): TestWallet {
  const address = addr.fromPrivateKey(key)
  const asked: string[] = []
  const added: unknown[] = []
  let knowsChain = false
  return {
    address,
    asked,
    added,
    request: async ({ method, params = [] }) => {
      asked.push(method)
      switch (method) {
        case 'eth_requestAccounts':
          return [address]
        case 'wallet_switchEthereumChain':
          if (!knowsChain) throw new Error(UNKNOWN_CHAIN)
          return null
        case 'wallet_addEthereumChain':
          knowsChain = true
          added.push(params[0])
          return null
        case 'eth_sendTransaction': {
          const nonce = BigInt(await node.call<string>('eth_getTransactionCount', [address, 'pending']))
          const signed = await signTransaction(node, key, { ...(params[0] as Wanted), nonce })
          return node.call('eth_sendRawTransaction', [signed])
        }
        default:
          throw new Error(`this wallet has no ${method}`)
      }
    },
  }
}
