import type { Clock } from '@poai/core'
import { addressGroup } from '../host/multiaddresses.ts'
import { RecentMap } from './recent-map.ts'
import { type Allowance, TokenBucket } from './token-bucket.ts'
import type { BudgetOutcome, BudgetTicket, VerificationBudget } from './verification-budget.ts'

/** How much of this machine's inference strangers can use up. */
export interface BudgetLimits {
  /** Blocks whose replay failed, by peer and by address group: each costs two replays. */
  readonly failures: Allowance
  /** Blocks judged at one time from all peers together that never brought a valid one. */
  readonly unprovenAtOnce: number
  /** Blocks judged at one time from one proven peer. */
  readonly provenAtOnce: number
  /** Blocks that wait for a place among the unproven; more are ignored. */
  readonly maxWaiting: number
}

export const BUDGET_DEFAULTS: BudgetLimits = {
  // Two failed blocks, which are four replays since each is repeated, then one more every ten minutes: the peer is
  // banned at the second one anyway, its address is not.
  failures: { capacity: 2, perSecond: 1 / 600 },
  // One of the eight replays that run at one time: strangers never hold up what proven peers bring.
  unprovenAtOnce: 1,
  // Blocks come one at a time, and some more when chains part; if all are forged, that many fail before the first one
  // is found out.
  provenAtOnce: 4,
  maxWaiting: 16,
}

/** How long a peer counts as proven after its last valid block. */
const PROVEN_MS = 3_600_000
/** Names that are remembered; the first one added is the first to go. */
const MAX_NAMES = 4096

/** What the budget needs, and nothing more. */
export interface InferenceBudgetOptions extends Partial<BudgetLimits> {
  /** Several honest peers share an address: failures count by peer alone. */
  readonly sharedAddresses: boolean
}

/** Bounds what failed replays cost, by peer and by address, and keeps strangers to a slice of the verification. */
export function createInferenceBudget(
  options: InferenceBudgetOptions,
  { clock }: { readonly clock: Pick<Clock, 'nowMs'> },
): VerificationBudget {
  return new InferenceBudget(options, clock)
}

class InferenceBudget implements VerificationBudget {
  readonly #limits: BudgetLimits
  readonly #sharedAddresses: boolean
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #failures = new RecentMap<TokenBucket>(MAX_NAMES)
  readonly #provenUntilMs = new RecentMap<number>(MAX_NAMES)
  readonly #running = new Map<string, number>()
  readonly #waiting: (() => void)[] = []
  #unproven = 0

  constructor({ sharedAddresses, ...limits }: InferenceBudgetOptions, clock: Pick<Clock, 'nowMs'>) {
    this.#limits = { ...BUDGET_DEFAULTS, ...limits }
    this.#sharedAddresses = sharedAddresses
    this.#clock = clock
  }

  isOpenTo(peerId: string, address: string): boolean {
    if (this.#isSpent(this.#namesOf(peerId, address))) return false
    if (this.isProven(peerId)) return (this.#running.get(peerId) ?? 0) < this.#limits.provenAtOnce
    return this.#hasPlaceInLine()
  }

  async admit(peerId: string, address: string, signal?: AbortSignal): Promise<BudgetTicket | undefined> {
    const names = this.#namesOf(peerId, address)
    if (this.#isSpent(names)) return undefined
    const isProven = this.isProven(peerId)
    if (!isProven) {
      if (!(await this.#enterSlice(signal))) return undefined
      // An earlier block of the same peer may have failed meanwhile.
      if (!this.#isSpent(names)) return this.#ticket({ peerId, names, isProven })
      this.#leaveSlice()
      return undefined
    }
    const running = this.#running.get(peerId) ?? 0
    if (running >= this.#limits.provenAtOnce) return undefined
    this.#running.set(peerId, running + 1)
    return this.#ticket({ peerId, names, isProven })
  }

  isProven(peerId: string): boolean {
    return (this.#provenUntilMs.get(peerId) ?? 0) > this.#clock.nowMs()
  }

  charge(peerId: string, address: string): void {
    this.#charge(peerId, this.#namesOf(peerId, address))
  }

  #namesOf(peerId: string, address: string): readonly string[] {
    return this.#sharedAddresses || address === '' ? [peerId] : [peerId, `ip:${addressGroup(address)}`]
  }

  #isSpent(names: readonly string[]): boolean {
    return names.some((name) => this.#bucket(name).waitMs(1) > 0)
  }

  #charge(peerId: string, names: readonly string[]): void {
    this.#provenUntilMs.delete(peerId)
    for (const name of names) this.#bucket(name).take(1)
  }

  #ticket({
    peerId,
    names,
    isProven,
  }: {
    readonly peerId: string
    readonly names: readonly string[]
    readonly isProven: boolean
  }): BudgetTicket {
    let isSettled = false
    return {
      settle: (outcome: BudgetOutcome) => {
        if (isSettled) return
        isSettled = true
        if (outcome === 'valid') this.#provenUntilMs.set(peerId, this.#clock.nowMs() + PROVEN_MS)
        if (outcome === 'failed-replay') this.#charge(peerId, names)
        // After the charge, because it decides about whoever waits next.
        if (isProven) this.#leave(peerId)
        else this.#leaveSlice()
      },
    }
  }

  #bucket(name: string): TokenBucket {
    const known = this.#failures.get(name)
    if (known !== undefined) return known
    const bucket = new TokenBucket(this.#limits.failures, this.#clock)
    this.#failures.set(name, bucket)
    return bucket
  }

  #hasPlaceInLine(): boolean {
    return this.#unproven < this.#limits.unprovenAtOnce || this.#waiting.length < this.#limits.maxWaiting
  }

  #leave(peerId: string): void {
    const running = (this.#running.get(peerId) ?? 1) - 1
    if (running <= 0) this.#running.delete(peerId)
    else this.#running.set(peerId, running)
  }

  async #enterSlice(signal?: AbortSignal): Promise<boolean> {
    if (this.#unproven < this.#limits.unprovenAtOnce) {
      this.#unproven++
      return true
    }
    if (!this.#hasPlaceInLine() || signal?.aborted === true) return false
    return new Promise((resolve) => {
      const enter = (): void => {
        signal?.removeEventListener('abort', giveUp)
        resolve(true)
      }
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1)
        resolve(false)
      }
      this.#waiting.push(enter)
      signal?.addEventListener('abort', giveUp, { once: true })
    })
  }

  /** The place goes to whoever has waited longest. */
  #leaveSlice(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#unproven--
    else next()
  }
}
