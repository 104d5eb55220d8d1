import type { Clock } from '@poai/core'
import type { DeskClient } from './desk-client.ts'
import { Slice } from './slice.ts'

/** What clients of a farm desk may make this node compute in vain: each solution in vain is two passes of the model. */
export interface SolutionLimits {
  /**
   * How many solutions in vain a stranger's address may send before it is refused. One or two could come from an honest
   * farm's bad machine.
   */
  readonly strangerFailures: number
  /**
   * The same for programs on this machine, which belong to its owner, and for each proven client: it keeps a broken
   * farm from taking everything.
   */
  readonly localFailures: number
  /** How long the first refusal lasts; each further solution in vain doubles it. Long enough to look at a machine. */
  readonly refusalMs: number
  /** The longest that a refusal may last. */
  readonly longestRefusalMs: number
  /**
   * How many solutions in vain all strangers together may send within {@link windowMs}; then those that are not proven
   * are told to come back later.
   */
  readonly allStrangersFailures: number
  readonly windowMs: number
  /**
   * How many blocks of unproven clients, all together, are judged at one time: blocks at the tip wait for one pass at
   * most.
   */
  readonly unprovenAtOnce: number
  /** How many blocks of proven and local clients are judged at one time. */
  readonly provenAtOnce: number
  /** How many of them one client may have in the queue. */
  readonly provenPerClient: number
  /** How many clients of each kind may wait for their turn. Each waits for one pass or two. */
  readonly maxWaiting: number
}

export const SOLUTION_DEFAULTS: SolutionLimits = {
  strangerFailures: 3,
  localFailures: 12,
  refusalMs: 60_000,
  longestRefusalMs: 3_600_000,
  // Eight addresses that spend all they have: 48 passes, some seconds of one core in ten minutes.
  allStrangersFailures: 24,
  windowMs: 600_000,
  unprovenAtOnce: 1,
  provenAtOnce: 4,
  provenPerClient: 4,
  maxWaiting: 64,
}

/** How long a client counts as proven after its last block: a small farm finds one in hours. */
const PROVEN_MS = 86_400_000
/** Failures are forgotten after this long without one. */
const FORGIVEN_MS = 86_400_000
/** How many clients are remembered, at some hundred bytes each; the one judged longest ago is forgotten first. */
const MAX_CLIENTS = 4096

interface Record {
  failures: number
  failedAtMs: number
  refusedUntilMs: number
  provenUntilMs: number
  judging: number
}

/** What became of a judged solution. `undecided`: no verdict on the work. */
export type SolutionOutcome = 'good' | 'in-vain' | 'undecided'

/** The permission to have one solution judged. */
export interface SolutionTicket {
  /** True if the client never brought a good block: what is at the tip goes first. */
  readonly isStranger: boolean
  settle(outcome: SolutionOutcome): void
}

/**
 * Bounds what solutions in vain cost, by client and over all strangers. A client that floods takes nothing of another's
 * share.
 */
export class SolutionBudget {
  readonly #limits: SolutionLimits
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #records = new Map<string, Record>()
  readonly #unproven: Slice
  readonly #proven: Slice
  /** When strangers last failed, the oldest first, as many as count. */
  readonly #strangersFailedAtMs: number[] = []

  constructor(clock: Pick<Clock, 'nowMs'>, limits: Partial<SolutionLimits> = {}) {
    this.#limits = { ...SOLUTION_DEFAULTS, ...limits }
    this.#clock = clock
    const { unprovenAtOnce, provenAtOnce, provenPerClient, maxWaiting } = this.#limits
    this.#unproven = new Slice({ atOnce: unprovenAtOnce, perClient: 1, maxWaiting })
    this.#proven = new Slice({ atOnce: provenAtOnce, perClient: provenPerClient, maxWaiting })
  }

  /** True if nothing that the client sends is worth looking at now. */
  isRefused({ name }: DeskClient): boolean {
    return (this.#records.get(name)?.refusedUntilMs ?? 0) > this.#clock.nowMs()
  }

  /** `busy`: it may come again soon. Waits for the client's turn. */
  async admit(client: DeskClient): Promise<SolutionTicket | 'refused' | 'busy'> {
    if (this.isRefused(client)) return 'refused'
    const record = this.#recordOf(client.name)
    const isStranger = !client.isLocal && record.provenUntilMs <= this.#clock.nowMs()
    const slice = isStranger ? this.#unproven : this.#proven
    if (this.#isSpent(record, isStranger)) return 'busy'
    if (!(await slice.enter(client.name))) return 'busy'
    // What came before it in the queue may have failed in the meantime.
    const isRefused = this.isRefused(client)
    if (isRefused || this.#isSpent(record, isStranger)) {
      slice.leave(client.name)
      return isRefused ? 'refused' : 'busy'
    }
    record.judging++
    return { isStranger, settle: (outcome) => this.#settle({ client, record, slice, isStranger }, outcome) }
  }

  /**
   * True if the client would exceed its allowance should all that is being judged fail, or if strangers have used up
   * theirs.
   */
  #isSpent(record: Record, isStranger: boolean): boolean {
    const { strangerFailures, localFailures, allStrangersFailures, windowMs } = this.#limits
    const nowMs = this.#clock.nowMs()
    if (record.judging === 0 && record.failedAtMs < nowMs - FORGIVEN_MS) record.failures = 0
    // After a refusal there is one more try at a time.
    const allowed = Math.max(isStranger ? strangerFailures : localFailures, record.failures + 1)
    if (record.failures + record.judging >= allowed) return true
    if (!isStranger || this.#strangersFailedAtMs.length < allStrangersFailures) return false
    return (this.#strangersFailedAtMs[0] ?? 0) > nowMs - windowMs
  }

  #settle({ client, record, slice, isStranger }: Judged, outcome: SolutionOutcome): void {
    record.judging--
    if (outcome === 'good') {
      record.failures = 0
      record.provenUntilMs = this.#clock.nowMs() + PROVEN_MS
    }
    if (outcome === 'in-vain') this.#fail(client, record, isStranger)
    // After the charge: whoever waits next is judged by it.
    slice.leave(client.name)
  }

  #fail({ isLocal }: DeskClient, record: Record, isStranger: boolean): void {
    const { strangerFailures, localFailures, refusalMs, longestRefusalMs, allStrangersFailures } = this.#limits
    const nowMs = this.#clock.nowMs()
    record.failures++
    record.failedAtMs = nowMs
    record.provenUntilMs = 0
    const beyond = record.failures - (isLocal ? localFailures : strangerFailures)
    if (beyond >= 0) record.refusedUntilMs = nowMs + Math.min(longestRefusalMs, refusalMs * 2 ** beyond)
    if (!isStranger) return
    this.#strangersFailedAtMs.push(nowMs)
    if (this.#strangersFailedAtMs.length > allStrangersFailures) this.#strangersFailedAtMs.shift()
  }

  #recordOf(name: string): Record {
    const fresh = { failures: 0, failedAtMs: 0, refusedUntilMs: 0, provenUntilMs: 0, judging: 0 }
    const record = this.#records.get(name) ?? fresh
    this.#records.delete(name)
    this.#records.set(name, record)
    if (this.#records.size > MAX_CLIENTS) {
      const [oldest] = this.#records.keys()
      if (oldest !== undefined) this.#records.delete(oldest)
    }
    return record
  }
}

interface Judged {
  readonly client: DeskClient
  readonly record: Record
  readonly slice: Slice
  readonly isStranger: boolean
}
