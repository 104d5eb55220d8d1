// A lock between processes that would install into the same checkout at the same time.
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** How often the owner touches its lock. */
const HEARTBEAT_MS = 2_000
/** An owner on another machine (or in another container) that has been silent for this long is taken for dead. */
export const SILENCE_LIMIT_MS = 60_000
/** How often whoever waits looks again. */
const POLL_MS = 200
/**
 * The guard that serialises taking over from a dead owner is held for microseconds; older than this it is a leftover.
 */
const GUARD_LIMIT_MS = 10_000

/** @typedef {{ pid: number, host: string }} LockOwner */

/**
 * Runs one action while holding the lock, after waiting for its owner. A lock whose owner has died is taken over.
 * @template T
 * @param {string} path of the lock file
 * @param {() => Promise<T>} action
 * @param {(owner: LockOwner) => void} [onWait] called once when another process holds the lock
 * @returns {Promise<T>}
 */
export async function withLock(path, action, onWait = () => {}) {
  mkdirSync(dirname(path), { recursive: true })
  let announced = false
  while (!tryCreate(path)) {
    if (isStale(path)) {
      takeOver(path)
      continue
    }
    const owner = readOwner(path)
    if (!announced && owner !== undefined) {
      announced = true
      onWait(owner)
    }
    await delay(POLL_MS)
  }
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS)
  const release = () => rmSync(path, { force: true })
  process.once('exit', release)
  try {
    return await action()
  } finally {
    clearInterval(heartbeat)
    process.removeListener('exit', release)
    release()
  }
}

/** @param {string} path */
function tryCreate(path) {
  try {
    writeFileSync(path, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: 'wx' })
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

/**
 * Removes a dead owner's lock. The guard makes sure that of two processes which saw the same dead owner, the slower one
 * does not remove the new lock of the faster one.
 * @param {string} path
 */
function takeOver(path) {
  const guard = `${path}.takeover`
  try {
    mkdirSync(guard)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
    if (ageMs(guard) > GUARD_LIMIT_MS) rmSync(guard, { recursive: true, force: true })
    return
  }
  try {
    if (isStale(path)) rmSync(path, { force: true })
  } finally {
    rmSync(guard, { recursive: true, force: true })
  }
}

/**
 * @param {string} path
 * @returns {boolean}
 */
function isStale(path) {
  const silentMs = ageMs(path)
  if (silentMs > SILENCE_LIMIT_MS) return true
  const owner = readOwner(path)
  // A lock without a readable owner is being written right now, or its writer has died: only the silence can tell.
  return owner !== undefined && owner.host === hostname() && !isAlive(owner.pid)
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

/**
 * @param {string} path
 * @returns {LockOwner | undefined}
 */
function readOwner(path) {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8'))
    return typeof value.pid === 'number' && typeof value.host === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * How long ago a path was last touched; 0 when it has just gone.
 * @param {string} path
 */
function ageMs(path) {
  try {
    return Date.now() - statSync(path).mtimeMs
  } catch {
    return 0
  }
}

/** @param {string} path */
function touch(path) {
  const now = new Date()
  try {
    utimesSync(path, now, now)
  } catch {
    // The lock was taken from us after a long suspension: npm in the other process wins, ours ends with an error.
  }
}

/** @param {unknown} error */
function errorCode(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
