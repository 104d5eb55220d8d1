import { getPriority, setPriority } from 'node:os'

/**
 * Lowers a process's priority, from 0 (its parent's) to 19; it is never raised. Best effort: a process that has just
 * died, or a system that refuses, is no reason to give up a worker.
 */
export function lowerPriority(pid: number | undefined, niceness: number): void {
  if (niceness === 0 || pid === undefined) return
  try {
    if (getPriority(pid) < niceness) setPriority(pid, niceness)
  } catch {
    // It runs at its parent's priority.
  }
}
