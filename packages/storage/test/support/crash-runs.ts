import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { equalBytes } from '@poai/core'
import { checkDatabase, createStateStore, type Database, openDatabase, readHead } from '../../src/index.ts'
import { type CrashStep, crashHistory } from './crash-history.ts'
import { codecs, MODEL_NETWORK } from './model-chain.ts'
import { differenceFrom } from './model-state.ts'
import { createRandom } from './random.ts'

/** What so many kills did. */
export interface CrashReport {
  kills: number
  /** Commits that the killed processes had been told were on disk. */
  acknowledged: number
  /** Of those, how many were not there afterwards. */
  lost: number
  /** Databases that were not exactly the one after some commit: torn, or with faults. */
  readonly damaged: string[]
}

/** The longest that a process works before it is killed: some tens of commits. */
const MAX_LIFE_MS = 80
/** A new database after so many kills, so that histories stay short enough to be repeated by every process. */
const KILLS_PER_DATABASE = 10

/** Kills processes that commit blocks, at random instants, and looks at what they leave behind. */
export async function runCrashes(kills: number, seed: number): Promise<CrashReport> {
  const random = createRandom(seed)
  const report: CrashReport = { kills: 0, acknowledged: 0, lost: 0, damaged: [] }
  while (report.kills < kills) {
    const directory = await mkdtemp(join(tmpdir(), 'poai-crash-'))
    const history = crashHistory(seed + report.kills)
    const steps: CrashStep[] = []
    const historySeed = seed + report.kills
    for (let i = 0; i < KILLS_PER_DATABASE && report.kills < kills; i++) {
      const acknowledged = await killOne(directory, historySeed, random.next(MAX_LIFE_MS))
      report.kills++
      while (steps.length <= acknowledged.last + 1) steps.push(history.next().value)
      report.acknowledged += acknowledged.count
      await examine({ directory, steps, last: acknowledged.last }, report)
    }
    await rm(directory, { recursive: true, force: true })
  }
  return report
}

/** Starts a process and kills it some time after its first commit. Resolves to what it acknowledged. */
async function killOne(directory: string, seed: number, lifeMs: number): Promise<{ last: number; count: number }> {
  const script = join(import.meta.dirname, 'commit-until-killed.ts')
  const child = spawn(process.execPath, ['--conditions=source', script, directory, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let last = -1
  let count = 0
  for await (const line of createInterface({ input: child.stdout })) {
    if (count === 0) delay(lifeMs).then(() => child.kill('SIGKILL'))
    last = Number(line)
    count++
  }
  await exited
  return { last, count }
}

interface Examined {
  readonly directory: string
  readonly steps: readonly CrashStep[]
  /** The last step that was acknowledged. */
  readonly last: number
}

async function examine({ directory, steps, last }: Examined, report: CrashReport): Promise<void> {
  let database: Database
  try {
    database = await openDatabase(directory, { genesisHash: MODEL_NETWORK })
  } catch (error) {
    report.damaged.push(String(error))
    return
  }
  try {
    const head = readHead(database.store)
    // The commit that the kill interrupted is there or not: both are right.
    const step = steps.slice(last).find((candidate) => head !== undefined && equalBytes(candidate.head.hash, head.hash))
    if (step === undefined) report.lost++
    else {
      const difference = differenceFrom(step.head.state, createStateStore(database.store).head)
      if (difference !== undefined) report.damaged.push(difference)
    }
    const { faults } = await checkDatabase(database.store, codecs, { deep: true })
    report.damaged.push(...faults.map(({ message }) => message))
  } finally {
    await database.close()
  }
}
