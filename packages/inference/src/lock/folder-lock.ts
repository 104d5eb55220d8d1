import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * How often the holder of a lock writes it again, and after how long without that it counts as dead on another machine.
 */
const HEARTBEAT_MS = 15_000
const DEAD_AFTER_MS = 120_000

/**
 * Pause between two looks at a lock that another process holds; random, so that two that withdrew together do not meet
 * again.
 */
const RETRY_MS = { least: 50, most: 250 } as const

/** How to wait for another process, and what to do once it is gone. */
export interface FolderLockOptions<Result> {
  readonly signal?: AbortSignal | undefined
  /** How long to wait; 0 asks once. */
  readonly waitMs: number
  /** Called when another process turns out to hold the lock. */
  readonly onWait?: (() => void) | undefined
  /** What to throw if the folder cannot be written to, and if the wait was too short. */
  readonly errors: FolderLockErrors
  readonly work: () => Promise<Result>
}

export interface FolderLockErrors {
  unwritable(cause: unknown): Error
  /** `path`: the other one's lock file. */
  busy(path: string): Error
}

/** The owner of a lock file. */
interface LockOwner {
  readonly host: string
  readonly pid: number
  /**
   * When the process started, in the kernel's words; empty where the system does not tell. Tells a process from a later
   * one with its number.
   */
  readonly started: string
}

/**
 * Runs `work` while no other process, and no other call in this one, holds the lock of that name in the folder, which
 * is made.
 *
 * Each contender writes a file of its own and withdraws if it then sees the file of another living process. So no file
 * is ever taken over, and one that a killed process left is in nobody's way: of two contenders at least one sees the
 * other; at worst both withdraw and try again.
 */
export async function withFolderLock<Result>(
  folder: string,
  name: string,
  options: FolderLockOptions<Result>,
): Promise<Result> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw options.errors.unwritable(cause)
  })
  const path = await acquire(folder, name, options)
  const heartbeat = setInterval(() => {
    // A heartbeat that fails is only missed: the next one follows.
    writeOwner(path).catch(() => undefined)
  }, HEARTBEAT_MS)
  heartbeat.unref()
  try {
    return await options.work()
  } finally {
    clearInterval(heartbeat)
    await rm(path, { force: true })
  }
}

async function acquire<Result>(
  folder: string,
  name: string,
  { signal, waitMs, onWait, errors }: FolderLockOptions<Result>,
): Promise<string> {
  const deadline = performance.now() + waitMs
  for (let announced = false; ; announced = true) {
    signal?.throwIfAborted()
    const path = join(folder, `${name}.lock.${process.pid}.${randomUUID()}`)
    await writeOwner(path).catch((cause: unknown) => {
      throw errors.unwritable(cause)
    })
    const other = await findLiveLock(folder, name, path).catch(async (cause: unknown) => {
      await rm(path, { force: true })
      throw cause
    })
    if (other === undefined) return path
    await rm(path, { force: true })
    if (!announced) onWait?.()
    if (performance.now() >= deadline) throw errors.busy(other)
    await sleep(RETRY_MS.least + Math.random() * (RETRY_MS.most - RETRY_MS.least), undefined, { signal })
  }
}

/** A lock of that name other than `own` whose holder lives. Those of dead holders are removed. */
async function findLiveLock(folder: string, name: string, own: string): Promise<string | undefined> {
  const now = (await stat(own)).mtimeMs
  for (const entry of await readdir(folder)) {
    const path = join(folder, entry)
    if (!entry.startsWith(`${name}.lock.`) || path === own) continue
    if (await isLive(path, now)) return path
    await rm(path, { force: true })
  }
  return undefined
}

async function isLive(path: string, nowMs: number): Promise<boolean> {
  const [text, touchedMs] = await Promise.all([
    readFile(path, 'utf8'),
    stat(path).then(({ mtimeMs }) => mtimeMs),
  ]).catch(() => ['', undefined] as const)
  if (touchedMs === undefined) return false
  const owner = parseOwner(text)
  // Unreadable: just being written, or cut off by a full disk. Its age decides, as for another machine's, by the clock
  // of the file system.
  if (owner === undefined || owner.host !== hostname()) return nowMs - touchedMs < DEAD_AFTER_MS
  return isRunning(owner.pid) && (await startOf(owner.pid)) === owner.started
}

async function writeOwner(path: string): Promise<void> {
  const owner: LockOwner = { host: hostname(), pid: process.pid, started: await startOf(process.pid) }
  await writeFile(path, JSON.stringify(owner))
}

function parseOwner(text: string): LockOwner | undefined {
  try {
    const { host, pid, started }: Partial<Record<keyof LockOwner, unknown>> = JSON.parse(text)
    if (typeof host !== 'string' || typeof pid !== 'number' || typeof started !== 'string') return undefined
    return { host, pid, started }
  } catch {
    return undefined
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/**
 * Field 22 of /proc/PID/stat (start in clock ticks after boot); fields are counted after the name, which may hold
 * anything.
 */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}
