import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { isHeavier } from '@poai/consensus'
import {
  bytesToHex,
  createBlockCodecs,
  createTransactionCodec,
  encodeRlp,
  equalBytes,
  invariant,
  ZERO_HASH,
} from '@poai/core'
import { createBlockStore, readHorizons } from '@poai/storage'
import type { GeneratedBlock } from '@poai/testing/chain'
import { importAll, startGenerator } from './chain-fixture.ts'
import { CRASH_PHASES, type CrashPhaseName, openCrashChain } from './crash-phases.ts'

/** What so many kills did. */
export interface CrashReport {
  kills: number
  /** Of these, in the middle of the work that the phase is about, by what the process had said last. */
  inside: number
  /** Of these, while the database was being opened, which is where LevelDB recovers from the kill before. */
  opening: number
  /** Blocks that the killed processes had been told were imported. */
  acknowledged: number
  /** Commits of pruning that they had been told were on disk. */
  acknowledgedPrunings: number
  /** Of all that was acknowledged, how much was not there afterwards. */
  lost: number
  /** What was wrong with what they left, in words: heads that never were, and faults of the deep check. */
  readonly damaged: string[]
  /** Kills after which the next block got in. */
  continued: number
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

/** What all databases of a phase go through. */
interface Course {
  readonly phase: CrashPhaseName
  readonly blocks: readonly GeneratedBlock[]
  /** The heads after each block, by what fork choice says. */
  readonly heads: readonly GeneratedBlock[]
  readonly genesis: GeneratedBlock
  /** The blocks but the last one, encoded: whatever a process gets done, there is one left to go on with. */
  readonly file: string
  /** A database with the blocks before `prepared`. */
  readonly template: string
  readonly prepared: number
}

async function prepareCourse(phase: CrashPhaseName, folder: string): Promise<Course> {
  const generator = await startGenerator()
  const { genesis, params } = generator
  const { prepared, blocks: grow } = CRASH_PHASES[phase]
  const blocks = await grow(generator)
  let head = genesis
  const heads = blocks.map((block) => {
    if (isHeavier(block.context, head.context)) head = block
    return head
  })
  const file = join(folder, 'blocks')
  const template = join(folder, 'template')
  const codec = createBlockCodecs(createTransactionCodec(params.chainId)).block
  await writeFile(file, encodeRlp(blocks.slice(0, -1).map(({ block }) => codec.encode(block))))
  await mkdir(template)
  if (prepared > 0) {
    const { chain, close } = await openCrashChain(template)
    await importAll(chain, blocks.slice(0, prepared))
    await close()
  }
  return { phase, blocks, heads, genesis, file, template, prepared }
}

/** Kills processes in the middle of their work, at random instants, and looks at what they leave behind. */
export async function runCrashes(phase: CrashPhaseName, kills: number, seed: number): Promise<CrashReport> {
  const folder = await mkdtemp(join(tmpdir(), 'poai-crash-'))
  try {
    const course = await prepareCourse(phase, folder)
    const random = seededRandom(seed)
    const report: CrashReport = {
      ...{ kills: 0, inside: 0, opening: 0, acknowledged: 0, acknowledgedPrunings: 0, lost: 0, continued: 0 },
      damaged: [],
    }
    while (report.kills < kills) {
      const directory = join(folder, 'life')
      await cp(course.template, directory, { recursive: true })
      await runLife({ course, directory, random, kills }, report)
      await rm(directory, { recursive: true, force: true })
    }
    return report
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Life {
  readonly course: Course
  readonly directory: string
  readonly random: () => number
  readonly kills: number
}

/**
 * One database from its beginning until a process gets through all of its work, all blocks are in, or there were enough
 * kills.
 */
async function runLife({ course, directory, random, kills }: Life, report: CrashReport): Promise<void> {
  let last = course.prepared - 1
  while (report.kills < kills && last < course.blocks.length - 1) {
    const lifeMs = random() * CRASH_PHASES[course.phase].maxLifeMs
    const end = await killOne(course, directory, lifeMs)
    if (!end.isKilled) return
    report.kills++
    report.acknowledged += end.blocks.length
    report.acknowledgedPrunings += end.prunings
    if (end.isOpening) report.opening++
    if (isInside(course, end)) report.inside++
    last = await examine({ course, directory, last: end.blocks.at(-1) ?? last, end }, report)
  }
}

/** How a process ended, and what it had said by then. */
interface End {
  readonly isKilled: boolean
  readonly isOpening: boolean
  /** The indexes of the blocks that it imported. */
  readonly blocks: readonly number[]
  /** What was begun and had not ended: a block's index, or NaN for what is not about one block. */
  readonly begun: number | undefined
  readonly prunings: number
  readonly horizon: bigint
}

/** Starts a process and kills it some time after it begins to open its database. */
async function killOne({ phase, file }: Course, directory: string, lifeMs: number): Promise<End> {
  const script = join(import.meta.dirname, 'work-until-killed.ts')
  const flags = ['--conditions=source', '--disable-warning=ExperimentalWarning']
  const child = spawn(process.execPath, [...flags, script, directory, file, phase], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<boolean>((resolve, reject) => {
    child.once('exit', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve(signal === 'SIGKILL')
      else reject(new Error(`a process failed by itself in ${phase}, with code ${code}`))
    })
  })
  const done = new AbortController()
  const blocks: number[] = []
  let begun: number | undefined
  let isOpening = true
  let prunings = 0
  let horizon = 0n
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, value] = line.split(' ')
    if (word === 'opening') void killLater(child, lifeMs, done.signal)
    else if (word === 'open') isOpening = false
    else if (word === 'begin') begun = Number(value)
    else if (word === 'end') begun = undefined
    else if (word === 'block') blocks.push(Number(value))
    else if (word === 'horizon' && value !== undefined) {
      prunings++
      horizon = BigInt(value)
    }
  }
  const isKilled = await exited
  done.abort()
  return { isKilled, isOpening, blocks, begun, prunings, horizon }
}

async function killLater(child: ReturnType<typeof spawn>, lifeMs: number, signal: AbortSignal): Promise<void> {
  // The abort only says that the process ended by itself.
  await delay(lifeMs, undefined, { signal }).catch(() => undefined)
  if (!signal.aborted) child.kill('SIGKILL')
}

/**
 * True if the kill met what the phase is about: a block that is imported, or swaps branches; a commit of pruning; a
 * merge of tables.
 */
function isInside({ phase, heads, genesis }: Course, { begun }: End): boolean {
  if (begun === undefined || phase !== 'reorganisation') return begun !== undefined
  const [before = genesis, head] = [heads[begun - 1], heads[begun]]
  return head !== undefined && head !== before && head.parent !== before
}

interface Remains {
  readonly course: Course
  readonly directory: string
  /** The last block that got in for all we were told; -1 for none. */
  readonly last: number
  /** What the last process was told. */
  readonly end: Pick<End, 'blocks' | 'horizon'>
}

/** Looks at a database, imports the next block, and answers which block was the last to get in. */
async function examine({ course, directory, last, end }: Remains, report: CrashReport): Promise<number> {
  const { heads, genesis, phase, blocks } = course
  const { chain, check, close, store, codecs } = await openCrashChain(directory, phase)
  try {
    const { faults } = await check()
    report.damaged.push(...faults.map(({ message }) => message))
    const stored = createBlockStore(store, codecs)
    for (const index of end.blocks) if (stored.header(blocks[index]?.hash ?? ZERO_HASH) === undefined) report.lost++
    if (readHorizons(store).history < end.horizon) report.lost++
    const isHead = (index: number): boolean =>
      equalBytes(chain.head().hash, (index < 0 ? genesis : (heads[index] ?? genesis)).hash)
    if (!isHead(last) && !isHead(last + 1)) {
      report.damaged.push(`after block ${last} the head is ${bytesToHex(chain.head().hash)}`)
      return last
    }
    const next = isHead(last) ? last + 1 : last + 2
    const block = blocks[next]
    invariant(block !== undefined, 'no process has the last block')
    await chain.importBlock(block.block)
    if (isHead(next)) report.continued++
    else report.damaged.push(`block ${next} got in, and the head is ${bytesToHex(chain.head().hash)}`)
    return next
  } finally {
    await close()
  }
}
