import { readFileSync } from 'node:fs'

/** True of every Linux that Node runs on, except some builds for Arm with large pages. */
const PAGE_BYTES = 4096

/**
 * Memory that this process and the given ones hold, in bytes. Pages that they share, such as a mapped model, count once
 * for each. On systems without /proc only this process counts.
 */
export function residentBytes(pids: readonly (number | undefined)[]): number {
  return pids.reduce<number>((sum, pid) => sum + (pid === undefined ? 0 : residentOf(pid)), process.memoryUsage.rss())
}

function residentOf(pid: number): number {
  try {
    const [, resident = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')
    return Number(resident) * PAGE_BYTES
  } catch {
    return 0
  }
}
