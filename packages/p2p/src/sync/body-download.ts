import { type Body, type Clock, emptyBodyOf, type Logger, RuleError } from '@poai/core'
import { MAX_BODIES } from '../blocks/bodies-protocol.ts'
import { NetworkError } from '../network-error.ts'
import type { Peer, PeerSet } from '../peers/peer.ts'
import type { ChainRequests } from './chain-requests.ts'
import type { CheckedHeader } from './replay-policy.ts'

/** Blocks ahead of the import whose bodies are requested: seconds of import at its fastest. */
const WINDOW_BLOCKS = 1024
/** Of bodies that wait for their turn. */
const WINDOW_BYTES: number = 32 * 1024 * 1024
/** Questions to one peer at one time: one is under way while the next is read. */
const QUESTIONS_PER_PEER = 2
/** Bodies of a peer's first question, which may fail; after that as many as it sends in {@link TARGET_MS}. */
const FIRST_QUESTION = 4
const TARGET_MS = 1000
/** After this long without a body that the import waits for, another peer is asked too. */
const LATE_MS = 2000
/** The same where none of those asked has sent anything yet: the body is more likely never to come. */
const LATE_STRANGER_MS = 750
/** Blocks next to the import that are left to peers that have sent some, as long as there are any. */
const URGENT_BLOCKS = 64
/** Faults in a row after which a peer is not asked for this chain any more. */
const MAX_FAULTS = 3
/** When there is nothing to ask for. */
const PAUSE_MS = 100
/** After a fault; twice as long after each next one. */
const FAULT_PAUSE_MS = 1000

/** Pause after a peer that said it is busy. */
const BUSY_PAUSE_MS = 1000

/** What a download needs, and nothing more. */
export interface BodyDownloadDependencies {
  readonly requests: Pick<ChainRequests, 'bodies'>
  readonly peers: Pick<PeerSet, 'list' | 'get' | 'onJoined' | 'report'>
  /** True for a peer that most likely has the bodies. */
  isFavoured?(peerId: string): boolean
  readonly clock: Clock
  readonly logger: Logger
}

/** How many bodies each peer sent, and how often it failed. */
export interface PeerShare {
  readonly bodies: number
  readonly faults: number
}

interface Slot {
  readonly wanted: CheckedHeader
  body: Body | undefined
  bytes: number
  /** When it was last requested; undefined if no request is under way. */
  askedAtMs: number | undefined
  /** When it was asked for first. */
  wantedSinceMs: number | undefined
  readonly askedOf: Set<string>
  /** Somebody who has sent bodies is being asked. */
  isInGoodHands: boolean
}

interface Courier {
  readonly peerId: string
  question: number
  bodies: number
  faults: number
  /** Since its last good answer. */
  faultsInRow: number
  /** Questions to it that are under way. */
  asked: number
  /** Blocks that it does not have. */
  readonly lacks: Set<Slot>
}

/**
 * Downloads the bodies of a chain of headers in order, from all peers that have them: fast ones are asked for more, and
 * what is late or bad is requested elsewhere.
 */
export class BodyDownload {
  readonly #dependencies: BodyDownloadDependencies
  readonly #slots: readonly Slot[]
  readonly #couriers = new Map<string, Courier>()
  readonly #ended = new AbortController()
  readonly #unsubscribe: () => void
  readonly #working = new Set<Promise<void>>()
  #next = 0
  #bytes = 0
  #wake: () => void = () => undefined

  constructor(headers: readonly CheckedHeader[], dependencies: BodyDownloadDependencies, signal: AbortSignal) {
    this.#dependencies = dependencies
    this.#slots = headers.map((wanted) => ({
      wanted,
      // Empty roots stand for an empty body: there is nothing to ask for.
      body: emptyBodyOf(wanted.header),
      bytes: 0,
      askedAtMs: undefined,
      wantedSinceMs: undefined,
      askedOf: new Set(),
      isInGoodHands: false,
    }))
    signal.addEventListener('abort', () => this.#end(signal.reason), { once: true, signal: this.#ended.signal })
    this.#unsubscribe = dependencies.peers.onJoined((peer) => this.#hire(peer))
    if (this.#slots.some(({ body }) => body === undefined))
      for (const peer of dependencies.peers.list()) this.#hire(peer)
  }

  get shares(): ReadonlyMap<string, PeerShare> {
    return new Map([...this.#couriers].map(([peerId, { bodies, faults }]) => [peerId, { bodies, faults }]))
  }

  /** True if the next body is here already. */
  get isReady(): boolean {
    return this.#slots[this.#next]?.body !== undefined
  }

  /** The body of the next block. Rejects if no peer can send it. */
  async next(): Promise<Body> {
    const slot = this.#slots[this.#next]
    if (slot === undefined) throw new RangeError('all bodies were taken')
    while (slot.body === undefined) {
      this.#ended.signal.throwIfAborted()
      if (this.#working.size === 0) throw new NetworkError('P2P_REQUEST', 'no peer sends the bodies of this chain')
      await this.#change()
    }
    const { body } = slot
    this.#bytes -= slot.bytes
    slot.body = { transactions: [] }
    slot.bytes = 0
    this.#next++
    return body
  }

  /** Ends all questions. */
  async stop(): Promise<void> {
    this.#end(new NetworkError('P2P_NOT_RUNNING', 'the download has ended'))
    await Promise.all(this.#working)
  }

  #end(reason: unknown): void {
    this.#unsubscribe()
    this.#ended.abort(reason)
    this.#wake()
  }

  /** Waits until a body has come, somebody has given up, or a moment has passed. */
  async #change(): Promise<void> {
    const done = new AbortController()
    const changed = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    await Promise.race([changed, this.#dependencies.clock.sleep(LATE_MS, done.signal).catch(() => undefined)])
    done.abort()
  }

  #hire({ id }: Peer): void {
    if (this.#ended.signal.aborted || this.#couriers.has(id)) return
    const courier: Courier = {
      peerId: id,
      question: FIRST_QUESTION,
      bodies: 0,
      faults: 0,
      faultsInRow: 0,
      asked: 0,
      lacks: new Set(),
    }
    this.#couriers.set(id, courier)
    for (let count = 0; count < QUESTIONS_PER_PEER; count++) {
      const work = this.#work(courier).finally(() => {
        this.#working.delete(work)
        this.#wake()
      })
      this.#working.add(work)
    }
  }

  async #work(courier: Courier): Promise<void> {
    const { clock, peers } = this.#dependencies
    const { signal } = this.#ended
    while (!signal.aborted && courier.faultsInRow < MAX_FAULTS && peers.get(courier.peerId) !== undefined) {
      const slots = this.#choose(courier)
      if (slots.length > 0 && (await this.#ask(courier, slots))) continue
      if (this.#isUseless(courier)) return
      const pauseMs = courier.faultsInRow === 0 ? PAUSE_MS : FAULT_PAUSE_MS * 2 ** (courier.faultsInRow - 1)
      await clock.sleep(pauseMs, signal).catch(() => undefined)
    }
  }

  /** True if this peer can send none of the bodies that are missing. */
  #isUseless(courier: Courier): boolean {
    return this.#slots.slice(this.#next).every((slot) => slot.body !== undefined || courier.lacks.has(slot))
  }

  /** The first missing bodies that nobody is being asked for; failing that, those that somebody else is late with. */
  #choose(courier: Courier): readonly Slot[] {
    if (this.#bytes >= WINDOW_BYTES) return []
    const isStranger = this.#isStranger(courier)
    // One question is enough to find out whether it answers.
    if (isStranger && courier.asked > 0) return []
    const end = this.#next + WINDOW_BLOCKS
    const from = this.#next + (isStranger && this.#hasGoodCourier() ? URGENT_BLOCKS : 0)
    const isOpen = (slot: Slot): boolean => slot.body === undefined && !courier.lacks.has(slot)
    const free = this.#slots.slice(from, end).filter((slot) => isOpen(slot) && slot.askedAtMs === undefined)
    if (free.length > 0) return free.slice(0, courier.question)
    const late = this.#slots.slice(this.#next, end).filter((slot) => isOpen(slot) && this.#isLate(courier, slot))
    return late.slice(0, courier.question)
  }

  /** Somebody else is being asked for it, but cannot be relied on. */
  #isLate(courier: Courier, { askedAtMs, wantedSinceMs, askedOf, isInGoodHands }: Slot): boolean {
    if (askedAtMs === undefined || wantedSinceMs === undefined || askedOf.has(courier.peerId)) return false
    const now = this.#dependencies.clock.nowMs()
    // All strangers may be silent: then they are all asked at once, not one after the other.
    return isInGoodHands ? now - askedAtMs > LATE_MS : now - wantedSinceMs > LATE_STRANGER_MS
  }

  /** It has sent nothing yet, nor did it show the headers of this chain or bring valid blocks before. */
  #isStranger({ peerId, bodies }: Courier): boolean {
    return bodies === 0 && !(this.#dependencies.isFavoured?.(peerId) ?? false)
  }

  #hasGoodCourier(): boolean {
    for (const courier of this.#couriers.values()) {
      if (courier.bodies > 0 && courier.faultsInRow === 0) return true
    }
    return false
  }

  async #ask(courier: Courier, slots: readonly Slot[]): Promise<boolean> {
    const { requests, clock, logger } = this.#dependencies
    const beginMs = clock.nowMs()
    courier.asked++
    for (const slot of slots) {
      slot.askedAtMs = beginMs
      slot.wantedSinceMs ??= beginMs
      slot.isInGoodHands = courier.bodies > 0
      slot.askedOf.add(courier.peerId)
    }
    try {
      const headers = slots.map(({ wanted }) => wanted.header)
      const bodies = await requests.bodies(courier.peerId, headers, this.#ended.signal)
      this.#take(courier, slots, bodies)
      const tookMs = Math.max(1, clock.nowMs() - beginMs)
      const fitting = Math.round((slots.length * TARGET_MS) / tookMs)
      courier.question = Math.min(MAX_BODIES, Math.max(1, Math.min(fitting, courier.question * 2)))
      if (bodies.every((body) => body === undefined)) return false
      courier.faultsInRow = 0
      return true
    } catch (error) {
      if (this.#ended.signal.aborted) return false
      courier.question = Math.max(1, Math.floor(courier.question / 2))
      if (isBusy(error)) {
        // It has used up what it may give: it is asked again, and is no worse than one that answers.
        await clock.sleep(BUSY_PAUSE_MS, this.#ended.signal).catch(() => undefined)
        return false
      }
      courier.faults++
      courier.faultsInRow += error instanceof RuleError ? MAX_FAULTS : 1
      logger.debug('A peer did not send bodies', { peerId: courier.peerId, error })
      return false
    } finally {
      courier.asked--
      // Anyone may be asked for what this peer did not send.
      for (const slot of slots) if (slot.askedAtMs === beginMs) slot.askedAtMs = undefined
      this.#wake()
    }
  }

  #take(courier: Courier, slots: readonly Slot[], bodies: readonly (Body | undefined)[]): void {
    for (const [index, body] of bodies.entries()) {
      const slot = slots[index]
      if (slot === undefined || slot.body !== undefined) continue
      if (body === undefined) {
        courier.lacks.add(slot)
        continue
      }
      courier.bodies++
      slot.body = body
      slot.bytes = body.transactions.reduce((sum, { bytes }) => sum + bytes.length, 0)
      this.#bytes += slot.bytes
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof NetworkError && error.code === 'P2P_BUSY'
}
