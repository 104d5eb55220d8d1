import {
  type Block,
  type BlockCodecs,
  createBlockCodecs,
  createTransactionCodec,
  defined,
  type Hash32,
  type Header,
  headerHash,
  hexToBytes,
  type Receipt,
  receiptsRoot,
  type Transaction,
  toBloom,
  toHash32,
  transactionsRoot,
  ZERO_ADDRESS,
  ZERO_HASH,
} from '@poai/core'
import {
  applyState,
  type Committer,
  makeCanonical,
  prune,
  putBlock,
  putReceipts,
  type Retention,
  rollbackState,
  type StateCommit,
  type Store,
  unmakeCanonical,
} from '../../src/index.ts'
import { commitBetween, type ModelState, nextState } from './model-state.ts'
import type { Random } from './random.ts'
import signedTransactions from './signed-transactions.json' with { type: 'json' }

/** A block with everything that importing it needs, and the state after it. */
export interface ModelBlock extends Block {
  readonly hash: Hash32
  readonly context: Uint8Array
  readonly receipts: readonly Receipt[]
  readonly commit: StateCommit
  readonly state: ModelState
}

const transactionCodec = createTransactionCodec(1_886_347_620n)
export const codecs: BlockCodecs = createBlockCodecs(transactionCodec)
const TRANSACTIONS: readonly Transaction[] = signedTransactions.map((text) =>
  transactionCodec.decode(hexToBytes(text) as Uint8Array),
)

function receiptOf(index: number): Receipt {
  return {
    type: 0,
    status: 1,
    cumulativeGasUsed: BigInt(index + 1) * 21_000n,
    logsBloom: toBloom(new Uint8Array(256)),
    logs: [],
  }
}

/** What all model headers share. Spelled out: a fixture on disk must not change with the parameters of any network. */
const SHARED_HEADER = {
  parentHash: ZERO_HASH,
  beneficiary: ZERO_ADDRESS,
  logsBloom: toBloom(new Uint8Array(256)),
  target: (1n << 248n) - 1n,
  gasLimit: 30_000_000n,
  gasUsed: 0n,
  timestamp: 1_800_000_000n,
  extraData: new Uint8Array(32).fill(7),
  baseFeePerGas: 1_000_000_000n,
  transcriptRoot: ZERO_HASH,
  lossMicroNats: 0n,
} as const

function blockOf(
  parent: Header | undefined,
  states: readonly [before: ModelState, after: ModelState],
  salt: number,
): ModelBlock {
  const number = parent === undefined ? 0n : parent.number + 1n
  const { stateRoot, ...commit } = commitBetween(...states)
  // A transaction has one place in a chain: the n-th is in block n, whatever the branch.
  const transactions = number === 0n ? [] : TRANSACTIONS.slice(Number(number) - 1, Number(number))
  const receipts = transactions.map((_, index) => receiptOf(index))
  const header: Header = {
    ...SHARED_HEADER,
    ...defined({ parentHash: parent && headerHash(parent) }),
    number,
    stateRoot,
    transactionsRoot: transactionsRoot(transactions),
    receiptsRoot: receiptsRoot(receipts),
    nonce: BigInt(salt),
  }
  const context = Uint8Array.of(Number(number) & 255, salt & 255)
  return { header, body: { transactions }, hash: headerHash(header), context, receipts, commit, state: states[1] }
}

/** A first block. */
export function modelGenesis(random: Random): ModelBlock {
  return blockOf(undefined, [new Map(), nextState(new Map(), random)], 0)
}

/** A block after `parent`; siblings differ by what `random` says. */
export function mineModelBlock(parent: Pick<ModelBlock, 'header' | 'state'>, random: Random): ModelBlock {
  return blockOf(parent.header, [parent.state, nextState(parent.state, random)], 1 + random.next(1_000_000))
}

/** The hash of the first block of every model chain's network: what databases of tests are opened with. */
export const MODEL_NETWORK: Hash32 = toHash32(new Uint8Array(32).fill(7))

/** Where model blocks go. */
export interface ModelTarget {
  readonly store: Store
  readonly committer: Committer
  readonly retention: Retention
  readonly sync?: boolean
}

/** Takes blocks off the chain, last first, and puts others on, all in one commit. */
export async function reorganise(
  { store, committer, retention, sync = false }: ModelTarget,
  { off, on }: { readonly off: readonly ModelBlock[]; readonly on: readonly ModelBlock[] },
): Promise<void> {
  const batch = committer.begin()
  for (const block of off) {
    rollbackState(batch, block.header.number)
    unmakeCanonical(batch, block)
  }
  for (const block of on) {
    const hash = putBlock(batch, codecs, block)
    putReceipts(batch, hash, block.receipts)
    applyState(batch, block.header.number, block.commit)
    makeCanonical(batch, block)
  }
  await prune(batch, { store, codecs }, { retention, maxBlocks: 8n })
  await committer.commit(batch, { sync })
}

/** Keeps a block of a side branch. */
export async function keepAside({ committer, sync = false }: ModelTarget, block: ModelBlock): Promise<void> {
  const batch = committer.begin()
  putBlock(batch, codecs, block)
  await committer.commit(batch, { sync })
}
