import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { isHeavier } from '@poai/consensus'
import { bytesToHex, createBlockCodecs, createTransactionCodec, encodeRlp } from '@poai/core'
import type { ChainGenerator, GeneratedBlock } from '@poai/testing/chain'
import { openChainFixture, startGenerator } from './chain-fixture.ts'
import { growWithTraffic } from './traffic.ts'

/** What so many kills did. */
export interface ImportCrashReport {
  kills: number
  /** Blocks that the killed processes had been told were imported. */
  acknowledged: number
  /** Reorganisations that were done for good by the end of a database's life. */
  reorganisations: number
  /** What was wrong with what they left, in words. */
  readonly damaged: string[]
}

/** The longest that a process imports before it is killed: some tens of blocks. */
const MAX_LIFE_MS = 250

/** A chain that never comes to rest: each branch is overtaken by one that leaves the chain one to four blocks back. */
async function restlessBlocks(generator: ChainGenerator): Promise<readonly GeneratedBlock[]> {
  const blocks: GeneratedBlock[] = []
  let base = generator.genesis
  for (const depth of [1, 2, 3, 4, 1, 3, 2, 4]) {
    blocks.push(...(await growWithTraffic(generator, base, { length: depth, branch: 'loser' })))
    const winner = await growWithTraffic(generator, base, { length: depth + 1, branch: 'the winner' })
    blocks.push(...winner)
    base = winner.at(-1) ?? base
  }
  return blocks
}

/** The heads after each block, by what fork choice says. */
function headsOf(genesis: GeneratedBlock, blocks: readonly GeneratedBlock[]): readonly GeneratedBlock[] {
  let head = genesis
  return blocks.map((block) => {
    if (isHeavier(block.context, head.context)) head = block
    return head
  })
}

/** Numbers that only depend on the seed (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Kills processes that import, at random instants, and looks at what they leave behind. */
export async function runImportCrashes(kills: number, seed: number): Promise<ImportCrashReport> {
  const generator = await startGenerator()
  const blocks = await restlessBlocks(generator)
  const heads = headsOf(generator.genesis, blocks)
  const folder = await mkdtemp(join(tmpdir(), 'poai-import-'))
  const file = join(folder, 'blocks')
  const codec = createBlockCodecs(createTransactionCodec(generator.params.chainId)).block
  await writeFile(file, encodeRlp(blocks.map(({ block }) => codec.encode(block))))
  const random = seededRandom(seed)
  const report: ImportCrashReport = { kills: 0, acknowledged: 0, reorganisations: 0, damaged: [] }
  for (let life = 0; report.kills < kills; life++) {
    const directory = join(folder, `life-${life}`)
    let last = -1
    while (report.kills < kills && last < blocks.length - 1) {
      const acknowledged = await killOne({ directory, file, lifeMs: random() * MAX_LIFE_MS })
      report.kills++
      report.acknowledged += acknowledged.length
      last = acknowledged.at(-1) ?? last
      last = await examine({ directory, heads, genesis: generator.genesis, last }, report)
    }
    report.reorganisations += heads
      .slice(0, last + 1)
      .filter((head, index) => isReorganisation(heads[index - 1], head)).length
    await rm(directory, { recursive: true, force: true })
  }
  await rm(folder, { recursive: true, force: true })
  return report
}

function isReorganisation(before: GeneratedBlock | undefined, head: GeneratedBlock): boolean {
  return before !== undefined && before !== head && head.parent !== before
}

interface Victim {
  readonly directory: string
  readonly file: string
  readonly lifeMs: number
}

/** Starts a process and kills it some time after its first import. Resolves to what it acknowledged. */
async function killOne({ directory, file, lifeMs }: Victim): Promise<readonly number[]> {
  const script = join(import.meta.dirname, 'import-until-killed.ts')
  const flags = ['--conditions=source', '--disable-warning=ExperimentalWarning']
  const child = spawn(process.execPath, [...flags, script, directory, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise<void>((resolve, reject) => {
    child.once('exit', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve()
      else reject(new Error(`an importing process failed by itself, with code ${code}`))
    })
  })
  const acknowledged: number[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    if (acknowledged.length === 0) delay(lifeMs).then(() => child.kill('SIGKILL'))
    acknowledged.push(Number(line))
  }
  await exited
  return acknowledged
}

interface Remains {
  readonly directory: string
  readonly heads: readonly GeneratedBlock[]
  readonly genesis: GeneratedBlock
  /** The last block that was acknowledged; -1 for none. */
  readonly last: number
}

/** Looks at a database and answers which block was the last to get in. */
async function examine({ directory, heads, genesis, last }: Remains, report: ImportCrashReport): Promise<number> {
  const { chain, check, close } = await openChainFixture({ directory })
  try {
    const { hash } = chain.head()
    const name = bytesToHex(hash)
    const before = last < 0 ? genesis : heads[last]
    const after = heads[last + 1]
    if (before !== undefined && name === bytesToHex(before.hash)) return last
    if (after !== undefined && name === bytesToHex(after.hash)) return last + 1
    report.damaged.push(`after block ${last} the head is ${name}`)
    return last
  } finally {
    const { faults } = await check()
    report.damaged.push(...faults.map(({ message }) => message))
    await close()
  }
}
