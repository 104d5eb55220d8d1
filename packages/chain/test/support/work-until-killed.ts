// Opens a database and works on it until it is killed or done. Says what it is about to do and what is done:
// `opening`, `begin INDEX`, `block INDEX` (imported), `horizon NUMBER` (pruned up to there), `end`.
import { readFile } from 'node:fs/promises'
import { decodeRlp } from '@poai/core'
import { compactTables, pruneDatabase, putMeta } from '@poai/storage'
import type { ChainFixture } from './chain-fixture.ts'
import { CRASH_PHASES, type CrashPhaseName, openCrashChain } from './crash-phases.ts'

/** Notes that are written again and again, so that compaction has tables to merge: 1 MB in all. */
const CHURN_RECORDS = 64
const CHURN_BYTES = 16 * 1024

const [directory = '', file = '', phase = ''] = process.argv.slice(2)
const blocks = decodeRlp(await readFile(file)) as readonly Uint8Array[]

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function importBlocks({ chain }: ChainFixture, mark: (line: string) => void): Promise<void> {
  for (const [index, encoded] of blocks.entries()) {
    mark(`begin ${index}`)
    const { kind } = await chain.importEncoded(encoded)
    if (kind !== 'known') say(`block ${index}`)
    mark('end')
  }
}

/** First what was prepared, in steps of their own; then a little with every block. */
async function pruneAndImport(fixture: ChainFixture): Promise<void> {
  say('begin')
  await pruneDatabase(fixture, {
    retention: CRASH_PHASES.pruning.retention,
    commitBlocks: 1n,
    onProgress: ({ horizons }) => say(`horizon ${horizons.history}`),
  })
  say('end')
  await importBlocks(fixture, say)
}

async function churn({ committer }: ChainFixture): Promise<void> {
  const batch = committer.begin()
  for (let record = 0; record < CHURN_RECORDS; record++) {
    putMeta(batch, `churn ${record}`, crypto.getRandomValues(new Uint8Array(CHURN_BYTES)))
  }
  await committer.commit(batch, { sync: false })
}

/** Blocks come in while tables are merged. */
async function compactAndImport(fixture: ChainFixture): Promise<void> {
  let isImporting = true
  const compacting = async (): Promise<void> => {
    while (isImporting) {
      await churn(fixture)
      say('begin')
      await compactTables(fixture.store)
      say('end')
    }
  }
  const importing = importBlocks(fixture, () => undefined).finally(() => {
    isImporting = false
  })
  await Promise.all([compacting(), importing])
}

const WORK: Readonly<Record<CrashPhaseName, (fixture: ChainFixture) => Promise<void>>> = {
  import: (fixture) => importBlocks(fixture, say),
  reorganisation: (fixture) => importBlocks(fixture, say),
  pruning: pruneAndImport,
  compaction: compactAndImport,
}

say('opening')
const fixture = await openCrashChain(directory, phase as CrashPhaseName)
say('open')
await WORK[phase as CrashPhaseName](fixture)
await fixture.close()
