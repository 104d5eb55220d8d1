import type { Hex } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import type { TokenArtifact } from './token.ts'

/** What every tool is given: a network, as its users see it, and something to do. */
export interface Outside {
  readonly url: string
  readonly webSocketUrl: string
  /** The node's own socket, for what is only for its owner. */
  readonly socket: string
  /** The socket of another node, which mines. */
  readonly minerSocket: string
  readonly chainId: number
  readonly token: TokenArtifact
  /** An empty folder for this tool. */
  readonly folder: string
  /** An account with coins that no other tool uses. */
  readonly holder: Account
}

export interface Account {
  readonly address: Hex
  readonly key: Hex
}

/** The development accounts have this mnemonic. */
const MNEMONIC = 'test test test test test test test test test test test junk'

/** The development account of that number. */
export function developmentAccount(addressIndex: number): Account {
  const { address, getHdKey } = mnemonicToAccount(MNEMONIC, { addressIndex })
  const key = Buffer.from(getHdKey().privateKey ?? []).toString('hex')
  return { address, key: `0x${key}` }
}

/** Asks the node directly, to compare with what a tool says. */
export async function ask<T>({ url }: Pick<Outside, 'url'>, method: string, ...params: readonly unknown[]): Promise<T> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const { result, error } = (await response.json()) as { readonly result: T; readonly error?: unknown }
  if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`)
  return result
}

/** The coins of an account after the newest block. */
export async function balanceOf(outside: Pick<Outside, 'url'>, address: string): Promise<bigint> {
  return BigInt(await ask<string>(outside, 'eth_getBalance', address, 'latest'))
}
