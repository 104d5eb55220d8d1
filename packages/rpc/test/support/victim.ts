import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type AttackOutcome, type AttackSize, isInTime } from '@poai/testing/strangers'

/** What the parent tells the victim's process. Each is answered when it is done. */
export type VictimCommand =
  /** Mines blocks of transfers. */
  | { readonly kind: 'grow'; readonly blocks: number }
  /** Signs transfers for so many blocks; then mines in a steady pace, and measures. */
  | { readonly kind: 'watch'; readonly blocks: number }
  /** Stops that, and tells what was measured. */
  | { readonly kind: 'tell' }

/** What it measured of itself. */
export interface VictimFigures {
  /** Processor time of the main thread without a chance for anything else. */
  readonly longestPauseMs: number
  /** Of each honest block. */
  readonly importMs: readonly number[]
  /** Memory that is held at the end, while the attack still stands, against before. */
  readonly grownBytes: number
}

/** A node under attack. */
export interface Victim {
  readonly url: string
  readonly port: number
  do(command: VictimCommand): Promise<VictimFigures>
  stop(): Promise<void>
}

/** Longest pause of the main thread that any attack may cause. */
export const MAX_PAUSE_MS = 100
/** In ninety-nine of a hundred cases an honest block is imported in this time. */
export const MAX_IMPORT_MS = 250
const MEBIBYTE = 1024 * 1024

/** Starts one over a new chain of so many blocks. */
export async function startVictim(blocks: number): Promise<Victim> {
  const child: ChildProcess = fork(join(import.meta.dirname, 'victim-node.ts'), {
    execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning', '--expose-gc'],
  })
  const gone = once(child, 'exit').then(() => Promise.reject(new Error('the victim has ended')))
  gone.catch(() => undefined)
  const answer = async (): Promise<unknown> => {
    const [{ done }] = (await Promise.race([once(child, 'message'), gone])) as [{ readonly done: unknown }]
    return done
  }
  const { url } = (await answer()) as { readonly url: string }
  const ask = async (command: VictimCommand): Promise<VictimFigures> => {
    const done = answer()
    child.send(command)
    return (await done) as VictimFigures
  }
  await ask({ kind: 'grow', blocks })
  return {
    url,
    port: Number(new URL(url).port),
    do: ask,
    stop: async () => {
      child.kill('SIGKILL')
      await gone.catch(() => undefined)
    },
  }
}

/** Carries out an attack on a node that imports honest blocks meanwhile. */
export async function siege(
  { chainBlocks, minedBlocks }: { readonly chainBlocks: number; readonly minedBlocks: number },
  attack: (victim: Victim) => Promise<void>,
): Promise<VictimFigures> {
  const victim = await startVictim(chainBlocks)
  try {
    await victim.do({ kind: 'watch', blocks: minedBlocks })
    await attack(victim)
    return await victim.do({ kind: 'tell' })
  } finally {
    await victim.stop()
  }
}

/** The verdict over pauses and imports, and over memory where there is a bound. */
export function judge(
  size: AttackSize,
  { longestPauseMs, importMs, grownBytes }: VictimFigures,
  maxBytes?: number,
): AttackOutcome {
  const sorted = importMs.toSorted((a, b) => a - b)
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? Number.POSITIVE_INFINITY
  const isSmall = maxBytes === undefined || grownBytes <= maxBytes
  return {
    measured: `longest pause ${longestPauseMs.toFixed(0)} ms, p99 of ${importMs.length} imports ${p99.toFixed(0)} ms, memory +${(grownBytes / MEBIBYTE).toFixed(0)} MiB`,
    holds: isInTime(size, longestPauseMs, MAX_PAUSE_MS) && isInTime(size, p99, MAX_IMPORT_MS) && isSmall,
  }
}

/** Posts a text and reads the answer, whatever it is. */
export async function post(url: string, body: string): Promise<string> {
  const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  return response.text()
}

/** One request of many calls. */
export function batchOf(calls: readonly { readonly method: string; readonly params: readonly unknown[] }[]): string {
  return JSON.stringify(calls.map((call, id) => ({ jsonrpc: '2.0', id, ...call })))
}
