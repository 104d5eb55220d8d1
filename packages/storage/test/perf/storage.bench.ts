// What the store does on this machine's disk: commits of blocks, reads of the state, a start with many accounts,
// memory, sizes. Arguments: number of accounts (1,000,000), number of blocks (300).
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  applyState,
  type Committer,
  compactTables,
  type Database,
  DEFAULT_CACHE_SIZES,
  measureTables,
  openDatabase,
} from '../../src/index.ts'
import {
  blockState,
  CHANGED_ACCOUNTS,
  commitBlock,
  measure,
  putWholeBlock,
  rateOf,
  stateOf,
} from '../support/bench-state.ts'
import { MODEL_NETWORK, type ModelBlock, mineModelBlock, modelGenesis } from '../support/model-chain.ts'
import { createRandom } from '../support/random.ts'

const ACCOUNTS = Number(process.argv[2] ?? 1_000_000)
const BLOCKS = Number(process.argv[3] ?? 300)
const GENESIS_CHUNK = 10_000

const random = createRandom(1)
const rows: Record<string, string> = {}
const directory = await mkdtemp(join(tmpdir(), 'poai-bench-'))

async function load(committer: Committer, genesis: ModelBlock): Promise<void> {
  for (let from = 0; from < ACCOUNTS; from += GENESIS_CHUNK) {
    const batch = committer.begin()
    const indexes = Array.from({ length: Math.min(GENESIS_CHUNK, ACCOUNTS - from) }, (_, i) => from + i)
    applyState(batch, 0n, stateOf(indexes, { nonce: 0n, nodes: 0, random }))
    if (from === 0) putWholeBlock(batch, genesis)
    await committer.commit(batch, { sync: false })
  }
}

async function addBlocks({ committer }: Database, head: ModelBlock, changed: number): Promise<ModelBlock> {
  const blocks = [head]
  while (blocks.length <= BLOCKS) blocks.push(mineModelBlock(blocks.at(-1) as ModelBlock, random))
  const commits = blocks.slice(1).map((block) => ({ block, state: blockState(block, changed, ACCOUNTS, random) }))
  let bytes = 0
  const measured = await measure(async () => {
    for (const { block, state } of commits) bytes += await commitBlock(committer, block, state)
  })
  rows[`synced commits, ${changed} accounts a block`] = rateOf(BLOCKS, measured)
  rows[`bytes a block before compression, ${changed} accounts`] = Math.round(bytes / BLOCKS).toLocaleString('en')
  return blocks.at(-1) as ModelBlock
}

async function measureOpened(): Promise<Record<string, string>> {
  const script = join(import.meta.dirname, '../support/measure-opened.ts')
  const args = [...process.execArgv, script, directory, String(ACCOUNTS), String(BLOCKS)]
  return JSON.parse((await promisify(execFile)(process.execPath, args)).stdout)
}

const open = (): Promise<Database> => openDatabase(directory, { genesisHash: MODEL_NETWORK })
const first = await open()
const genesis = modelGenesis(random)
rows['accounts loaded, unsynced'] = rateOf(ACCOUNTS, await measure(() => load(first.committer, genesis)))
await addBlocks(first, await addBlocks(first, genesis, 1), CHANGED_ACCOUNTS)
await first.close()

Object.assign(rows, await measureOpened())

const again = await open()
const compacting = await measure(() => compactTables(again.store))
rows['compaction of everything'] = `${Math.round(compacting.wallMs)} ms`
for (const { table, sizeBytes } of await measureTables(again.store))
  if (sizeBytes > 2 ** 16) rows[`on disk: ${table}`] = `${Math.round(sizeBytes / 1024).toLocaleString('en')} KiB`
await again.close()
await rm(directory, { recursive: true, force: true })
const cachesMebibytes = Object.values(DEFAULT_CACHE_SIZES).reduce((a, b) => a + b, 0) / 2 ** 20
console.log(
  `Bounds: caches ${cachesMebibytes} MiB, LevelDB's blocks 64 MiB, its buffers 2 x 16 MiB. ${BLOCKS} blocks each, in ${tmpdir()}`,
)
console.table(rows)
