import { type Address, EMPTY_CODE_HASH, EMPTY_TRIE_ROOT, hash32, toAddress } from '@poai/core'
import {
  applyState,
  type Committer,
  makeCanonical,
  putBlock,
  putReceipts,
  type StateCommit,
  type WriteBatch,
} from '../../src/index.ts'
import { codecs, type ModelBlock } from './model-chain.ts'
import type { Random } from './random.ts'

/**
 * Accounts that a busy block changes, and the trie nodes that go with each: about the levels of a trie of a million
 * below the shared top.
 */
export const CHANGED_ACCOUNTS = 200
const NODES_PER_ACCOUNT = 3
const NODE_BYTES = 400

/** The address of the account of that number. */
export function addressOf(index: number): Address {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, index)
  return toAddress(hash32(bytes).slice(0, 20))
}

/** A change of these accounts, and of so many trie nodes that nobody can compress. */
export function stateOf(
  indexes: readonly number[],
  { nonce, nodes, random }: { readonly nonce: bigint; readonly nodes: number; readonly random: Random },
): StateCommit {
  const accounts = indexes.map((index) => ({
    address: addressOf(index),
    next: { nonce, balance: 10n ** 18n + BigInt(index), storageRoot: EMPTY_TRIE_ROOT, codeHash: EMPTY_CODE_HASH },
  }))
  const trieChanges = Array.from({ length: nodes }, () => ({
    owner: 'accounts' as const,
    path: Uint8Array.from({ length: 5 }, () => random.next(16)),
    next: Uint8Array.from({ length: NODE_BYTES }, () => random.next(256)),
  }))
  return { changes: { accounts, storage: [], code: [] }, trieChanges }
}

/** What a block changes that touches `changed` of so many accounts. */
export function blockState(block: ModelBlock, changed: number, accounts: number, random: Random): StateCommit {
  const indexes = new Set(Array.from({ length: changed }, () => random.next(accounts)))
  return stateOf([...indexes], { nonce: block.header.number, nodes: changed * NODES_PER_ACCOUNT, random })
}

/** Puts a whole block on top of the chain, into the batch. */
export function putWholeBlock(batch: WriteBatch, block: ModelBlock): void {
  putReceipts(batch, putBlock(batch, codecs, block), block.receipts)
  makeCanonical(batch, block)
}

/** Commits a block with what it changes, synced. Resolves to the bytes of the commit. */
export async function commitBlock(committer: Committer, block: ModelBlock, state: StateCommit): Promise<number> {
  const batch = committer.begin()
  applyState(batch, block.header.number, state)
  putWholeBlock(batch, block)
  const bytes = batch.sizeBytes()
  await committer.commit(batch, { sync: true })
  return bytes
}

/** Time that some work took: of the clock, and of all threads of this process. */
export interface Measured {
  readonly wallMs: number
  readonly cpuMs: number
}

export async function measure(work: () => Promise<void> | void): Promise<Measured> {
  const cpu = process.cpuUsage()
  const begin = performance.now()
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return { wallMs: performance.now() - begin, cpuMs: (user + system) / 1000 }
}

/** So many a second, for a table. */
export function rateOf(count: number, { wallMs, cpuMs }: Measured): string {
  const perSecond = Math.round((1000 * count) / wallMs)
  const perCpuSecond = Math.round((1000 * count) / cpuMs)
  return `${perSecond.toLocaleString('en')} / s, ${perCpuSecond.toLocaleString('en')} / CPU-s`
}
