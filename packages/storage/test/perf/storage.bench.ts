// What the store does on this machine's disk: commits of blocks, reads of the state, a start with many accounts, sizes.
// Arguments: number of accounts (1,000,000), number of blocks (300).
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Address, EMPTY_CODE_HASH, EMPTY_TRIE_ROOT, hash32, toAddress } from '@poai/core'
import {
  applyState,
  type Committer,
  compactTables,
  createStateStore,
  type Database,
  DEFAULT_CACHE_SIZES,
  makeCanonical,
  measureTables,
  openDatabase,
  putBlock,
  putReceipts,
  type StateCommit,
  type StateReader,
} from '../../src/index.ts'
import { codecs, MODEL_NETWORK, type ModelBlock, mineModelBlock, modelGenesis } from '../support/model-chain.ts'
import { createRandom } from '../support/random.ts'

const ACCOUNTS = Number(process.argv[2] ?? 1_000_000)
const BLOCKS = Number(process.argv[3] ?? 300)
/** Accounts that a busy block changes, and the trie nodes that go with each: about the levels of a trie of a million below the shared top. */
const CHANGED_ACCOUNTS = 200
const NODES_PER_ACCOUNT = 3
const NODE_BYTES = 400
const GENESIS_CHUNK = 10_000
const READS = 100_000

const random = createRandom(1)
const rows: Record<string, string> = {}
const directory = await mkdtemp(join(tmpdir(), 'poai-bench-'))

function addressOf(index: number): Address {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, index)
  return toAddress(hash32(bytes).slice(0, 20))
}

function stateOf(indexes: readonly number[], nonce: bigint, nodes: number): StateCommit {
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

interface Measured {
  readonly wallMs: number
  readonly cpuMs: number
}

async function measure(work: () => Promise<void> | void): Promise<Measured> {
  const cpu = process.cpuUsage()
  const begin = performance.now()
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return { wallMs: performance.now() - begin, cpuMs: (user + system) / 1000 }
}

function note(name: string, count: number, { wallMs, cpuMs }: Measured): void {
  const perSecond = Math.round((1000 * count) / wallMs)
  const perCpuSecond = Math.round((1000 * count) / cpuMs)
  rows[name] = `${perSecond.toLocaleString('en')} / s, ${perCpuSecond.toLocaleString('en')} / CPU-s`
}

async function load(committer: Committer, genesis: ModelBlock): Promise<void> {
  for (let from = 0; from < ACCOUNTS; from += GENESIS_CHUNK) {
    const batch = committer.begin()
    const indexes = Array.from({ length: Math.min(GENESIS_CHUNK, ACCOUNTS - from) }, (_, i) => from + i)
    applyState(batch, 0n, stateOf(indexes, 0n, 0))
    if (from === 0) commitBlock(batch, genesis)
    await committer.commit(batch, { sync: false })
  }
}

function commitBlock(batch: ReturnType<Committer['begin']>, block: ModelBlock): void {
  putReceipts(batch, putBlock(batch, codecs, block), block.receipts)
  makeCanonical(batch, block)
}

async function addBlocks({ committer }: Database, head: ModelBlock, changed: number): Promise<ModelBlock> {
  const blocks = [head]
  while (blocks.length <= BLOCKS) blocks.push(mineModelBlock(blocks.at(-1) as ModelBlock, random))
  const commits = blocks.slice(1).map((block) => {
    const indexes = new Set(Array.from({ length: changed }, () => random.next(ACCOUNTS)))
    return { block, commit: stateOf([...indexes], block.header.number, changed * NODES_PER_ACCOUNT) }
  })
  let bytes = 0
  const measured = await measure(async () => {
    for (const { block, commit } of commits) {
      const batch = committer.begin()
      applyState(batch, block.header.number, commit)
      commitBlock(batch, block)
      bytes += batch.sizeBytes()
      await committer.commit(batch, { sync: true })
    }
  })
  note(`synced commits, ${changed} accounts a block`, BLOCKS, measured)
  rows[`bytes a block before compression, ${changed} accounts`] = Math.round(bytes / BLOCKS).toLocaleString('en')
  return blocks.at(-1) as ModelBlock
}

async function readAccounts(name: string, reader: StateReader, pick: () => number): Promise<void> {
  const addresses = Array.from({ length: READS }, () => addressOf(pick()))
  note(name, READS, await measure(() => addresses.forEach((address) => void reader.account(address))))
}

const open = (): Promise<Database> => openDatabase(directory, { genesisHash: MODEL_NETWORK })

let database = await open()
const genesis = modelGenesis(random)
note('accounts loaded, unsynced', ACCOUNTS, await measure(() => load(database.committer, genesis)))
let head = await addBlocks(database, genesis, 1)
head = await addBlocks(database, head, CHANGED_ACCOUNTS)
await database.close()

const residentBefore = process.memoryUsage().rss
const opened = await measure(async () => {
  database = await open()
})
const states = createStateStore(database.store)
const first = await measure(() => void states.head.account(addressOf(7)))
rows[`open with ${ACCOUNTS.toLocaleString('en')} accounts`] =
  `${Math.round(opened.wallMs)} ms, first read ${first.wallMs.toFixed(2)} ms`
rows['memory that opening adds'] = `${Math.round((process.memoryUsage().rss - residentBefore) / 2 ** 20)} MiB`

await readAccounts('reads, any account', states.head, () => random.next(ACCOUNTS))
await readAccounts('reads, 10,000 accounts again and again', states.head, () => random.next(10_000))
await readAccounts('reads, accounts that are not there', states.head, () => ACCOUNTS + random.next(ACCOUNTS))
const view = states.at(head.header.number - BigInt(BLOCKS / 2))
await readAccounts(`reads ${BLOCKS / 2} blocks ago`, view, () => random.next(ACCOUNTS))
await view.close()

for (const { name, hits, misses, sizeBytes } of database.store.cacheFigures())
  rows[`cache ${name}`] = `${hits} hits, ${misses} misses, ${Math.round(sizeBytes / 1024).toLocaleString('en')} KiB`
const compacting = await measure(() => compactTables(database.store))
rows['compaction of everything'] = `${Math.round(compacting.wallMs)} ms`
for (const { table, sizeBytes } of await measureTables(database.store))
  if (sizeBytes > 2 ** 16) rows[`on disk: ${table}`] = `${Math.round(sizeBytes / 1024).toLocaleString('en')} KiB`
await database.close()
await rm(directory, { recursive: true, force: true })
rows['memory at the end'] = `${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`
console.log(
  `Caches of ${Object.values(DEFAULT_CACHE_SIZES).reduce((a, b) => a + b, 0) / 2 ** 20} MiB, ${BLOCKS} blocks each, in ${tmpdir()}`,
)
console.table(rows)
