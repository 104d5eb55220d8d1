// What the chain costs besides inference and execution, in CPU time of this process: the pool at its default size, and
// the import of small blocks on LevelDB (fake model, so the replay costs an exam and two hashes).
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MEMPOOL_DEFAULTS } from '../../src/index.ts'
import { importAll, openChainFixture, startGenerator } from '../support/chain-fixture.ts'
import { PoolFixture } from '../support/pool-fixture.ts'
import { growWithTraffic } from '../support/traffic.ts'

const POOL = MEMPOOL_DEFAULTS.maxTransactions
const EVICTIONS = 1500
const BLOCKS = 150

interface Row {
  readonly what: string
  readonly unit: string
  readonly cpuMicroseconds: number
}

/** CPU time of some work, divided by how often it was done. */
async function measure(what: string, [unit, times]: readonly [string, number], work: () => unknown): Promise<Row> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return { what, unit, cpuMicroseconds: Math.round((user + system) / times) }
}

async function poolRows(): Promise<readonly Row[]> {
  const fixture = new PoolFixture()
  for (let account = 1; account <= POOL + EVICTIONS; account++) fixture.setAccount(account, 10n ** 18n)
  fixture.setHead()
  const fill = async (): Promise<void> => {
    for (let from = 1; from <= POOL; from++) await fixture.add({ from, tip: 10n + BigInt(from % 40) })
  }
  const overfill = async (): Promise<void> => {
    for (let from = POOL + 1; from <= POOL + EVICTIONS; from++) await fixture.add({ from, tip: 45n })
  }
  const rows = [
    await measure('add to a pool with room', ['transaction', POOL], fill),
    await measure('add to a full pool of as many accounts', ['transaction', EVICTIONS], overfill),
  ]
  const head = fixture.head()
  const repeat = (work: () => void) => (): void => {
    for (let round = 0; round < 10; round++) work()
  }
  rows.push(
    await measure(
      'new head over a full pool',
      ['head', 10],
      repeat(() => fixture.pool.setHead(head, { included: [], returned: [] })),
    ),
    await measure('all of a full pool in the order of price', ['pool', 10], async () => {
      for (let round = 0; round < 10; round++) await fixture.order()
    }),
  )
  return rows
}

async function importRow(): Promise<Row> {
  const directory = await mkdtemp(join(tmpdir(), 'poai-bench-'))
  const generator = await startGenerator()
  const blocks = await growWithTraffic(generator, generator.genesis, { length: BLOCKS, branch: 'bench' })
  const { chain, close } = await openChainFixture({ directory })
  const row = await measure('import, execute and commit with two transactions', ['block', BLOCKS], () =>
    importAll(chain, blocks),
  )
  await close()
  await rm(directory, { recursive: true, force: true })
  return row
}

console.table([...(await poolRows()), await importRow()])
