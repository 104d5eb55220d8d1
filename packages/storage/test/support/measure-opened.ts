// Opens a database of many accounts as a node does, in a process of its own, so that its memory is that of the store
// and of nothing else; reads and extends it. Arguments: directory, number of accounts, number of blocks. Prints the
// rows of a table as JSON.
import { readFileSync } from 'node:fs'
import { invariant } from '@poai/core'
import { createBlockStore, createStateStore, openDatabase, type StateReader } from '../../src/index.ts'
import { addressOf, blockState, CHANGED_ACCOUNTS, commitBlock, measure, rateOf } from './bench-state.ts'
import { codecs, MODEL_NETWORK, type ModelBlock, mineModelBlock } from './model-chain.ts'
import { createRandom } from './random.ts'

const [directory = '', accountsText = '', blocksText = ''] = process.argv.slice(2)
const ACCOUNTS = Number(accountsText)
const BLOCKS = Number(blocksText)
const READS = 100_000
const MEBIBYTE = 2 ** 20

const random = createRandom(2)
const rows: Record<string, string> = {}

/**
 * What this process has in memory of its own, and which pages of files (LevelDB maps its tables) the system keeps for
 * it and can drop.
 */
function memory(): string {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : ''
  const kibibytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN)
  const mebibytes = (name: string): number => Math.round(kibibytes(name) / 1024)
  const heap = Math.round(process.memoryUsage().heapUsed / MEBIBYTE)
  return `${mebibytes('RssAnon')} MiB own (JavaScript heap ${heap}), ${mebibytes('RssFile')} MiB of files`
}

async function readAccounts(name: string, reader: StateReader, pick: () => number): Promise<void> {
  const addresses = Array.from({ length: READS }, () => addressOf(pick()))
  rows[name] = rateOf(READS, await measure(() => addresses.forEach((address) => void reader.account(address))))
}

rows['memory before opening'] = memory()
const begin = performance.now()
const database = await openDatabase(directory, { genesisHash: MODEL_NETWORK })
const openedMs = performance.now() - begin
const states = createStateStore(database.store)
const first = await measure(() => void states.head.account(addressOf(7)))
rows[`open with ${ACCOUNTS.toLocaleString('en')} accounts`] =
  `${Math.round(openedMs)} ms, first read ${first.wallMs.toFixed(2)} ms`
rows['memory after opening'] = memory()

await readAccounts('reads, any account', states.head, () => random.next(ACCOUNTS))
await readAccounts('reads, 10,000 accounts again and again', states.head, () => random.next(10_000))
await readAccounts('reads, accounts that are not there', states.head, () => ACCOUNTS + random.next(ACCOUNTS))
const blocks = createBlockStore(database.store, codecs)
const head = blocks.head()
const header = head === undefined ? undefined : blocks.header(head.hash)
invariant(header !== undefined, 'the database has blocks')
const view = states.at(header.number - BigInt(BLOCKS / 2))
await readAccounts(`reads ${BLOCKS / 2} blocks ago`, view, () => random.next(ACCOUNTS))
await view.close()

for (let index = 0; index < ACCOUNTS; index++) states.head.account(addressOf(index))
rows['memory after reading every account'] = memory()

let block: Pick<ModelBlock, 'header' | 'state'> = { header, state: new Map() }
for (let i = 0; i < BLOCKS; i++) {
  const next = mineModelBlock(block, random)
  await commitBlock(database.committer, next, blockState(next, CHANGED_ACCOUNTS, ACCOUNTS, random))
  block = next
}
rows[`memory after ${BLOCKS} more blocks of ${CHANGED_ACCOUNTS} accounts`] = memory()
for (const { name, hits, misses, sizeBytes, maxBytes } of database.store.cacheFigures()) {
  const mebibytes = (bytes: number): string => (bytes / MEBIBYTE).toFixed(1)
  rows[`cache ${name}`] =
    `${mebibytes(sizeBytes)} of at most ${mebibytes(maxBytes)} MiB, ${hits} hits, ${misses} misses`
}
await database.close()
process.stdout.write(JSON.stringify(rows))
