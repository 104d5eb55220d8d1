import type { Clock } from '@poai/core'
import { addressGroup } from '../host/multiaddresses.ts'
import type { Peer } from '../peers/peer.ts'

/**
 * The first pause of a peer that could not help; each one after it is twice as long, up to {@link LONGEST_PAUSE_MS}.
 */
export const FIRST_PAUSE_MS = 10_000
/** As long as one failed replay is held against an address. */
export const LONGEST_PAUSE_MS = 600_000
/** After this long without a cause for a pause a peer starts anew. */
const FORGIVEN_MS = 3_600_000
/** Names and addresses that are remembered; the one that failed longest ago goes. */
const MAX_NAMES = 4096

interface Entry {
  readonly untilMs: number
  readonly lengthMs: number
}

/**
 * Peers that are left alone for a while, because they did not answer or showed nothing of use, and their addresses with
 * them.
 */
export class PauseBook {
  readonly #entries = new Map<string, Entry>()
  readonly #options: { readonly sharedAddresses: boolean }
  readonly #clock: Pick<Clock, 'nowMs'>

  constructor(options: { readonly sharedAddresses: boolean }, clock: Pick<Clock, 'nowMs'>) {
    this.#options = options
    this.#clock = clock
  }

  /** For the name alone: an address may have honest names too. */
  isPaused(peer: Pick<Peer, 'id'>): boolean {
    return this.#isPausedName(peer.id)
  }

  /** For the name or its address. */
  isPlacePaused(peer: Pick<Peer, 'id' | 'address'>): boolean {
    return this.#namesOf(peer).some((name) => this.#isPausedName(name))
  }

  /** How often in a row it was paused. */
  countOf({ id }: Pick<Peer, 'id'>): number {
    const entry = this.#entries.get(id)
    return entry === undefined ? 0 : 1 + Math.round(Math.log2(entry.lengthMs / FIRST_PAUSE_MS))
  }

  pause(peer: Pick<Peer, 'id' | 'address'>): void {
    for (const name of this.#namesOf(peer)) {
      // Several names of one address that fail at the same time are one reason to leave it alone.
      if (name !== peer.id && this.#isPausedName(name)) continue
      this.#pauseName(name)
    }
  }

  /** It has helped. */
  forgive(peer: Pick<Peer, 'id' | 'address'>): void {
    for (const name of this.#namesOf(peer)) this.#entries.delete(name)
  }

  #pauseName(name: string): void {
    const now = this.#clock.nowMs()
    const before = this.#entries.get(name)
    const isFirst = before === undefined || before.untilMs + FORGIVEN_MS < now
    const lengthMs = isFirst ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, before.lengthMs * 2)
    this.#entries.delete(name)
    this.#entries.set(name, { untilMs: now + lengthMs, lengthMs })
    if (this.#entries.size <= MAX_NAMES) return
    const [oldest] = this.#entries.keys()
    if (oldest !== undefined) this.#entries.delete(oldest)
  }

  #isPausedName(name: string): boolean {
    return (this.#entries.get(name)?.untilMs ?? 0) > this.#clock.nowMs()
  }

  #namesOf({ id, address }: Pick<Peer, 'id' | 'address'>): readonly string[] {
    return this.#options.sharedAddresses || address === '' ? [id] : [id, `ip:${addressGroup(address)}`]
  }
}
