/** The longest that a thread was held, in milliseconds. */
export interface Pauses {
  /** By the clock: what else the machine did meanwhile counts too. */
  readonly wallMs: number
  /** By the thread's own processor time: nothing but its own work counts. */
  readonly cpuMs: number
}

/** So often there would be a turn if nothing else had any. */
const TICK_MS = 5

/** Measures from now on how long the turns of this thread's event loop last. */
export function watchPauses(): { take(): Pauses } {
  let longest: Pauses = { wallMs: 0, cpuMs: 0 }
  let last = look()
  setInterval(() => {
    const now = look()
    longest = {
      wallMs: Math.max(longest.wallMs, now.wallMs - last.wallMs - TICK_MS),
      cpuMs: Math.max(longest.cpuMs, now.cpuMs - last.cpuMs),
    }
    last = now
  }, TICK_MS).unref()
  return {
    take: () => {
      const taken = longest
      longest = { wallMs: 0, cpuMs: 0 }
      return taken
    },
  }
}

function look(): Pauses {
  const { user, system } = process.threadCpuUsage()
  return { wallMs: performance.now(), cpuMs: (user + system) / 1000 }
}
