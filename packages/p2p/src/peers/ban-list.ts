import type { Clock } from '@poai/core'
import { addressGroup } from '../host/multiaddresses.ts'

/** Someone who may not connect for a while. */
export interface Ban {
  /** A peer id, or `ip:` and a group of addresses. */
  readonly target: string
  readonly untilMs: number
  /** An offence, or `operator`. */
  readonly reason: string
}

/**
 * An hour: far longer than a fault of an overloaded machine lasts, and short enough that an unlucky operator gets back
 * without help.
 */
export const BAN_MS = 3_600_000
/** An attacker with more names than this is banned by its addresses, or not at all; the ban that ends first goes. */
export const MAX_BANS = 1024

/** Who is banned now. */
export class BanList {
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #bans = new Map<string, Ban>()

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock
  }

  /** Bans that have not ended, the one that ends first first. */
  list(): readonly Ban[] {
    this.#expire()
    return [...this.#bans.values()].sort((a, b) => a.untilMs - b.untilMs)
  }

  find(target: string): Ban | undefined {
    const ban = this.#bans.get(target)
    if (ban === undefined || ban.untilMs > this.#clock.nowMs()) return ban
    this.#bans.delete(target)
    return undefined
  }

  /** Adds a ban, replacing an earlier one; returns the ban that had to go for it, if any. */
  add(ban: Ban): Ban | undefined {
    this.#expire()
    this.#bans.set(ban.target, ban)
    if (this.#bans.size <= MAX_BANS) return undefined
    const [first] = this.list()
    if (first !== undefined) this.#bans.delete(first.target)
    return first
  }

  /** False if there was none. */
  lift(target: string): boolean {
    const was = this.find(target) !== undefined
    this.#bans.delete(target)
    return was
  }

  #expire(): void {
    const now = this.#clock.nowMs()
    for (const { target, untilMs } of this.#bans.values()) if (untilMs <= now) this.#bans.delete(target)
  }
}

/** The name under which a group of addresses is banned and scored. */
export function banTargetOf(address: string): string {
  return `ip:${addressGroup(address)}`
}
