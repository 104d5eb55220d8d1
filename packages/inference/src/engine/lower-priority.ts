import { getPriority, setPriority } from 'node:os'

/**
 * Lets a process give way to others, from 0 as its parent to 19; never the other way. Best effort: a process that has
 * just died, or a system that refuses, is no reason to give a worker up.
 */
export function lowerPriority(pid: number | undefined, niceness: number): void {
  if (niceness === 0 || pid === undefined) return
  try {
    if (getPriority(pid) < niceness) setPriority(pid, niceness)
  } catch {
    // It works at its parent's priority.
  }
}
