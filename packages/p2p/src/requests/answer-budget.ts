import type { Clock } from '@poai/core'
import { type Allowance, TokenBucket } from '../budget/token-bucket.ts'
import { addressGroup } from '../host/multiaddresses.ts'
import type { Remote } from '../host/stream-host.ts'
import { ANSWERED_BYTES, SERVER_SLACK } from './request-protocol.ts'

/** How much is answered: bytes by peer, by address group and in all, and answers that nobody has taken yet. */
export interface AnswerLimits {
  readonly peer: Allowance
  readonly group: Allowance
  readonly all: Allowance
  /**
   * Answers to one peer that are being made or have not been taken. An honest node reads one while the next is made.
   */
  readonly answersPerPeer: number
  /**
   * Bytes of answers that nobody has taken yet. Above this a peer gets its next answer only after it has taken the one
   * before.
   */
  readonly maxUnsentBytes: number
  /** The longest that a question waits for its turn, and for the share of all peers together. */
  readonly patienceMs: number
}

const MIB: number = 1024 * 1024

export const ANSWER_DEFAULTS: AnswerLimits = {
  peer: {
    capacity: ANSWERED_BYTES.capacity * SERVER_SLACK,
    perSecond: ANSWERED_BYTES.perSecond * SERVER_SLACK,
  },
  // One and a half peers of one household or provider: more names of one address get no more.
  group: { capacity: 48 * MIB, perSecond: 6 * MIB },
  // Eight nodes that begin at once, then 128 Mbit a second: what a small server has to give away.
  all: { capacity: 256 * MIB, perSecond: 16 * MIB },
  answersPerPeer: 2,
  // Sixteen of the largest answers. With one more for each peer, those are the most that this can hold.
  maxUnsentBytes: 64 * MIB,
  // A fraction of the shortest time that a question has.
  patienceMs: 3000,
}

/** Permission to answer one question. */
export interface AnswerTicket {
  /** The answer is ready and has this many bytes: they count from now on, whether they are taken or not. */
  made(bytes: number): void
  /** The answer was taken or given up. Must be called once. */
  done(): void
}

/** Why there is no answer: the peer's own doing, or that of others. */
export type AnswerRefusal = 'greedy' | 'busy'

/** One peer's answers under way, and its questions that wait. */
interface Talk {
  answers: number
  readonly waiting: (() => void)[]
}

/**
 * Counts the bytes of answers, since a question of a few bytes may have an answer of megabytes. Answers are charged
 * afterwards: a bucket may fall below zero, and then nothing is answered until it has recovered.
 */
export class AnswerBudget {
  readonly #limits: AnswerLimits
  readonly #sharedAddresses: boolean
  readonly #clock: Clock
  /** By peer and by address group. */
  readonly #buckets = new Map<string, TokenBucket>()
  readonly #all: TokenBucket
  readonly #talks = new Map<string, Talk>()
  #unsentBytes = 0

  constructor(
    { sharedAddresses, ...limits }: Partial<AnswerLimits> & { readonly sharedAddresses: boolean },
    { clock }: { readonly clock: Clock },
  ) {
    this.#limits = { ...ANSWER_DEFAULTS, ...limits }
    this.#sharedAddresses = sharedAddresses
    this.#clock = clock
    this.#all = new TokenBucket(this.#limits.all, clock)
  }

  /** Bytes of answers that have not been taken. */
  get unsentBytes(): number {
    return this.#unsentBytes
  }

  /** Waits for the peer's turn, within bounds. */
  async admit(remote: Remote): Promise<AnswerTicket | AnswerRefusal> {
    const untilMs = this.#clock.nowMs() + this.#limits.patienceMs
    const talk = this.#talks.get(remote.id) ?? { answers: 0, waiting: [] }
    this.#talks.set(remote.id, talk)
    if (!(await this.#enter(talk))) return 'busy'
    const refusal = await this.#refusal(remote, untilMs)
    if (refusal !== undefined) {
      this.#leave(remote.id, talk)
      return refusal
    }
    return this.#ticket(remote, talk)
  }

  /** Forgets buckets that say no more than new ones. */
  tidy(): void {
    for (const [name, bucket] of this.#buckets) if (bucket.isFull) this.#buckets.delete(name)
  }

  async #refusal(remote: Remote, untilMs: number): Promise<AnswerRefusal | undefined> {
    if (this.#peerBucket(remote).isOverdrawn) return 'greedy'
    // Somebody else may have used up what the address may have.
    if (this.#groupBucket(remote)?.isOverdrawn === true) return 'busy'
    while (this.#all.isOverdrawn) {
      const leftMs = untilMs - this.#clock.nowMs()
      if (leftMs <= 0) return 'busy'
      await this.#clock.sleep(Math.max(1, Math.min(leftMs, this.#all.waitMs(0))))
    }
    return undefined
  }

  #ticket(remote: Remote, talk: Talk): AnswerTicket {
    let unsent = 0
    return {
      made: (bytes) => {
        unsent += bytes
        this.#unsentBytes += bytes
        for (const bucket of [this.#peerBucket(remote), this.#groupBucket(remote), this.#all]) bucket?.spend(bytes)
      },
      done: () => {
        this.#unsentBytes -= unsent
        this.#leave(remote.id, talk)
      },
    }
  }

  /** False if the peer's answers before this one are not taken in time. */
  async #enter(talk: Talk): Promise<boolean> {
    if (this.#hasRoom(talk)) {
      talk.answers++
      return true
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    talk.waiting.push(resolve)
    const done = new AbortController()
    const patience = this.#clock.sleep(this.#limits.patienceMs, done.signal).catch(() => undefined)
    await Promise.race([promise, patience])
    done.abort()
    const place = talk.waiting.indexOf(resolve)
    if (place < 0) return true
    talk.waiting.splice(place, 1)
    return false
  }

  #hasRoom({ answers }: Talk): boolean {
    const { answersPerPeer, maxUnsentBytes } = this.#limits
    return answers < (this.#unsentBytes > maxUnsentBytes ? 1 : answersPerPeer)
  }

  #leave(peerId: string, talk: Talk): void {
    talk.answers--
    while (talk.waiting.length > 0 && this.#hasRoom(talk)) {
      talk.answers++
      talk.waiting.shift()?.()
    }
    if (talk.answers === 0) this.#talks.delete(peerId)
  }

  #peerBucket({ id }: Remote): TokenBucket {
    return this.#bucket(id, this.#limits.peer)
  }

  #groupBucket({ address }: Remote): TokenBucket | undefined {
    if (this.#sharedAddresses || address === '') return undefined
    return this.#bucket(`ip:${addressGroup(address)}`, this.#limits.group)
  }

  #bucket(name: string, allowance: Allowance): TokenBucket {
    const known = this.#buckets.get(name)
    if (known !== undefined) return known
    const bucket = new TokenBucket(allowance, this.#clock)
    this.#buckets.set(name, bucket)
    return bucket
  }
}
