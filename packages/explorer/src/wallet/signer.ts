import { paramsToJson } from '@poai/api/client'
import { defined, type Hex } from '@poai/core'
import { addr, Transaction } from 'micro-eth-signer'
import { ask } from '../rpc/node-client.ts'
import type { Draft } from './parse-draft.ts'

/** An account that can send from this page. */
export interface Signer {
  readonly name: string
  readonly address: Hex
  send(draft: Draft): Promise<Hex>
}

/** What browser wallets offer to pages (EIP-1193). */
export interface BrowserWallet {
  request(call: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown>
}

/** The development accounts of Hardhat, which have coins on development networks. Their keys are public. */
const DEVELOPMENT_KEYS: readonly Hex[] = [
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
  '0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a',
]

/** Development accounts that have coins on this network. */
export async function developmentSigners(): Promise<readonly Signer[]> {
  const signers = DEVELOPMENT_KEYS.map((key, index) => keySigner(`Development account ${index}`, key))
  const balances = await Promise.all(signers.map(({ address }) => ask('eth_getBalance', [address, 'latest'])))
  return signers.filter((_, index) => BigInt(balances[index] ?? 0) > 0n)
}

function keySigner(name: string, key: Hex): Signer {
  const address = addr.fromPrivateKey(key) as Hex
  return {
    name,
    address,
    send: async ({ to, value, data }) => {
      const call = { from: address, value, data, ...defined({ to }) }
      const [chain, nonce, gas, tip, price] = await Promise.all([
        ask('eth_chainId', []),
        ask('eth_getTransactionCount', [address, 'pending']),
        ask('eth_estimateGas', [call]),
        ask('eth_maxPriorityFeePerGas', []),
        ask('eth_gasPrice', []),
      ])
      const transaction = Transaction.prepare({
        ...{ to: to ?? '0x', type: 'eip1559', value, data, nonce: BigInt(nonce), chainId: BigInt(chain) },
        gasLimit: BigInt(gas),
        maxFeePerGas: BigInt(price) * 2n,
        maxPriorityFeePerGas: BigInt(tip),
      })
      return ask('eth_sendRawTransaction', [transaction.signBy(key, false).toHex() as Hex])
    },
  }
}

/** The browser's wallet, if it has one. */
export function findBrowserWallet(): BrowserWallet | undefined {
  const { ethereum } = window as { readonly ethereum?: BrowserWallet }
  return ethereum
}

/** Connects the browser's wallet, tells it of this chain, and asks it to use it. */
export async function browserSigner(wallet: BrowserWallet): Promise<Signer> {
  const chainId = await ask('eth_chainId', [])
  const accounts = (await wallet.request({ method: 'eth_requestAccounts' })) as readonly Hex[]
  const address = accounts[0]
  const here = new URL('/', window.location.href).href
  if (address === undefined) throw new Error('the wallet gave no account')
  await wallet.request({ method: 'wallet_switchEthereumChain', params: [{ chainId }] }).catch(() =>
    wallet.request({
      method: 'wallet_addEthereumChain',
      params: [
        {
          ...{ chainId, chainName: 'poai', rpcUrls: [here], blockExplorerUrls: [here] },
          nativeCurrency: { name: 'POAI', symbol: 'POAI', decimals: 18 },
        },
      ],
    }),
  )
  return {
    name: 'Browser wallet',
    address,
    send: async ({ to, value, data }) => {
      const params = paramsToJson([{ from: address, value, data, ...defined({ to }) }])
      return (await wallet.request({ method: 'eth_sendTransaction', params })) as Hex
    },
  }
}
