import { deepStrictEqual } from 'node:assert/strict'
import { Wallet } from 'ethers'
import { callOnce } from './bench-load.ts'
import { LOGGER_INIT_CODE } from './contracts.ts'

/** A node whose blocks come when it is told to make one. */
export interface FilledServer {
  readonly url: string
  mine(): Promise<void>
}

/** What calls need to know of the content. */
export interface Content {
  readonly contract: string
  /** Signed transactions that were not sent yet, in portions: of as many accounts, so that no pool refuses them. */
  readonly portions: readonly (readonly string[])[]
}

export const BLOCKS = 50
export const TRANSFERS = 20
/** The first of the accounts that both nodes begin with: its key is public. */
const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
export const OWNER: string = new Wallet(KEY).address
const TARGET = '0x0707070707070707070707070707070707070707'
const PORTIONS = 3
const SENDERS_OF_PORTION = 15
/** Below the 64 that our pool keeps of one account. */
const SENT_BY_EACH = 60
const ETHER = 10n ** 18n

interface Signer {
  readonly wallet: Wallet
  readonly chainId: number
  nonce: number
}

interface Plan {
  readonly to?: string
  readonly data?: string
  readonly value?: bigint
}

function sign(signer: Signer, plan: Plan): Promise<string> {
  const { wallet, chainId } = signer
  const nonce = signer.nonce++
  const fees = { maxFeePerGas: 100_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n }
  return wallet.signTransaction({
    ...fees,
    ...plan,
    type: 2,
    chainId,
    nonce,
    gasLimit: plan.data === undefined ? 21_000 : 200_000,
  })
}

/** The same blocks on every server: a contract that logs, calls of it, transfers, and accounts that have something. */
export async function fill({ url, mine }: FilledServer): Promise<Content> {
  const chainId = Number(await callOnce(url, 'eth_chainId'))
  const owner: Signer = { wallet: new Wallet(KEY), chainId, nonce: 0 }
  const send = async (plan: Plan): Promise<string> =>
    String(await callOnce(url, 'eth_sendRawTransaction', [await sign(owner, plan)]))
  const creation = await send({ data: LOGGER_INIT_CODE })
  await mine()
  const receipt = await callOnce(url, 'eth_getTransactionReceipt', [creation])
  const { contractAddress: contract } = receipt as { readonly contractAddress: string }
  for (let block = 0; block < BLOCKS; block++) {
    await send({ to: contract, data: `0x${'07'.repeat(32)}` })
    for (let transfer = 0; transfer < TRANSFERS; transfer++) await send({ to: TARGET, value: 1n })
    await mine()
  }
  const portions: string[][] = []
  for (let portion = 0; portion < PORTIONS; portion++) {
    const signers = Array.from({ length: SENDERS_OF_PORTION }, (_, index): Signer => {
      const key = `0x${(portion * SENDERS_OF_PORTION + index + 1).toString(16).padStart(64, '7')}`
      return { wallet: new Wallet(key), chainId, nonce: 0 }
    })
    for (const { wallet } of signers) await send({ to: wallet.address, value: ETHER })
    await mine()
    const signed: string[] = []
    for (let round = 0; round < SENT_BY_EACH; round++) {
      for (const signer of signers) signed.push(await sign(signer, { to: TARGET, value: 1n }))
    }
    portions.push(signed)
  }
  return { contract, portions }
}

type JsonObject = { readonly [key: string]: unknown }

function pick(from: unknown, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, (from as JsonObject)[name]]))
}

const LOG_FACTS = ['address', 'topics', 'data', 'blockNumber', 'transactionIndex', 'logIndex']
const TRANSACTION_FACTS = ['type', 'nonce', 'from', 'to', 'value', 'gas', 'input', 'maxFeePerGas', 'transactionIndex']
const RECEIPT_FACTS = ['transactionHash', 'blockNumber', 'from', 'to', 'status', 'gasUsed', 'transactionIndex']

/** What is the same of a receipt on two chains with the same transactions. */
export function sameReceipt(receipt: unknown): JsonObject {
  return pick(receipt, RECEIPT_FACTS)
}

/** Throws if the servers do not answer the same. */
export async function requireSame(urls: readonly string[], ask: (url: string) => Promise<unknown>): Promise<void> {
  const [first, ...others] = await Promise.all(urls.map(ask))
  for (const other of others) deepStrictEqual(other, first)
}

/** Throws if the servers do not answer the same, as far as two chains can. */
export async function requireSameContent(
  urls: readonly string[],
  { logs, call }: { readonly logs: unknown; readonly call: unknown },
): Promise<void> {
  await requireSame(urls, async (url) => {
    const block = (await callOnce(url, 'eth_getBlockByNumber', ['0x10', true])) as JsonObject
    return {
      height: await callOnce(url, 'eth_blockNumber'),
      transactions: (block['transactions'] as readonly unknown[]).map((entry) => pick(entry, TRANSACTION_FACTS)),
      logs: ((await callOnce(url, 'eth_getLogs', [logs])) as readonly unknown[]).map((log) => pick(log, LOG_FACTS)),
      call: await callOnce(url, 'eth_call', [call, 'latest']),
    }
  })
}
