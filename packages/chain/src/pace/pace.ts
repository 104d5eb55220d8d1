/** How long work for one stranger may hold the thread before others get their turn. */
export const TURN_MS = 5

/** What a loop asks at each step if somebody else can make it longer. */
export interface Pace {
  /** True if this turn has lasted long enough. */
  isDue(): boolean
  /** Lets everything else that waits go first. */
  rest(): Promise<void>
  /** Both in one, as executions ask for it: undefined, or what to wait for. */
  pause(): Promise<void> | undefined
  /** Milliseconds of all rests together: not this loop's work. */
  readonly restedMs: number
}

export interface PaceOptions {
  readonly turnMs?: number
  /** Goes on in every round, whatever else is in line: for the one block that is imported. */
  readonly isUrgent?: boolean
}

/**
 * Measures turns by the time that they really take: no table of costs is right on every machine. Steps should be short
 * beside {@link TURN_MS}:
 *
 *     for (const item of items) {
 *       if (pace.isDue()) await pace.rest()
 *       …
 *     }
 */
export function createPace({ turnMs = TURN_MS, isUrgent = false }: PaceOptions = {}): Pace {
  let sinceMs = performance.now()
  let restedMs = 0
  const isDue = (): boolean => performance.now() - sinceMs >= turnMs
  const rest = async (): Promise<void> => {
    const begunMs = performance.now()
    await (isUrgent ? nextRound() : nextInLine())
    sinceMs = performance.now()
    restedMs += sinceMs - begunMs
  }
  return {
    isDue,
    rest,
    pause: () => (isDue() ? rest() : undefined),
    get restedMs() {
      return restedMs
    },
  }
}

let line: Promise<void> = Promise.resolve()

/**
 * One loop goes on in each round of the event loop, in the order in which they came: many of them together hold the
 * thread no longer than one. A promise that is resolved at once would not let timers and sockets in: this one comes
 * after them.
 */
function nextInLine(): Promise<void> {
  line = line.then(nextRound)
  return line
}

function nextRound(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
