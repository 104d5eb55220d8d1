import { readFileSync } from 'node:fs'

const NANOSECONDS = 1e6

/** Processor time of this thread, in milliseconds: what other programs of the machine take is not in it. */
export function computedMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/**
 * How long the main thread could have run, but other programs had the processors, in milliseconds; 0 where the system
 * does not tell.
 */
export function keptWaitingMs(): number {
  try {
    const [, waited = '0'] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')
    return Number(waited) / NANOSECONDS
  } catch {
    return 0
  }
}
