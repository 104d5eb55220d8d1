import type { Stream } from '@libp2p/interface'
import {
  InvalidDataLengthError,
  InvalidDataLengthLengthError,
  type LengthPrefixedStream,
  lpStream,
} from '@libp2p/utils'
import { type Clock, Emitter, equalBytes, type Hash32, type Logger, RuleError, type Subscribe } from '@poai/core'
import { ownBytes, type Remote, type StreamHost, type StreamLimits } from '../host/stream-host.ts'
import { NetworkError } from '../network-error.ts'
import type { Offence } from '../peers/offences.ts'
import type { PeerStatus } from '../peers/peer.ts'
import type { ForkCheck } from './fork-check.ts'
import {
  decodeStatusFrame,
  encodeStatusFrame,
  type GoodbyeReason,
  MAX_STATUS_FRAME_BYTES,
  type StatusFrame,
  type StatusMessage,
} from './status-message.ts'
import { MAX_STATUSES, StatusRate } from './status-rate.ts'

/** The protocol by which nodes tell each other who they are and where they stand. */
export const STATUS_PROTOCOL = '/poai/status/1'

/** Both sides' whole exchange, on a loaded machine. */
export const HANDSHAKE_TIMEOUT_MS = 10_000
/** One exchange each way at a time is usual; more wait for slow ones. */
const LIMITS: StreamLimits = { maxInboundStreams: 4, maxOutboundStreams: 4 }
/** Nobody waits for a goodbye to arrive for long. */
const GOODBYE_TIMEOUT_MS = 2000

export interface HandshakeOptions {
  readonly genesisHash: Hash32
}

/** What a handshake needs, and nothing more. */
export interface HandshakeDependencies {
  readonly streams: StreamHost
  /** Of this node, now. */
  ownStatus(): PeerStatus
  /** Why a node of our own network is turned away all the same; undefined if it is welcome. */
  refusal(remote: Remote): GoodbyeReason | undefined
  report(peerId: string, offence: Offence): void
  readonly forks: Pick<ForkCheck, 'admits' | 'noteRefusal'>
  readonly clock: Pick<Clock, 'nowMs'>
  readonly logger: Logger
}

/** A status that came. */
export interface Greeting {
  readonly remote: Remote
  readonly status: PeerStatus
}

/** A connection that the other side wants to end. */
export interface Farewell {
  readonly remote: Remote
  readonly reason: GoodbyeReason
}

/** Exchanges statuses: after connecting, and again when a head changes. */
export interface Handshake {
  listen(): Promise<void>
  /**
   * Sends our status and resolves with the other's. Rejects with a `NetworkError`: `P2P_GOODBYE` if it wants nothing of
   * us.
   */
  greet(remote: Remote, signal?: AbortSignal): Promise<PeerStatus>
  /** Tells the peer why the connection will be closed, if it can be reached. */
  sayGoodbye(peerId: string, reason: GoodbyeReason): Promise<void>
  /** A node of our network sent its status, and has ours now. */
  readonly onGreeted: Subscribe<Greeting>
  readonly onFarewell: Subscribe<Farewell>
}

export function createHandshake(options: HandshakeOptions, dependencies: HandshakeDependencies): Handshake {
  return new StatusHandshake(options, dependencies)
}

class StatusHandshake implements Handshake {
  readonly #genesisHash: Hash32
  readonly #dependencies: HandshakeDependencies
  readonly #greeted: Emitter<Greeting>
  readonly #farewells: Emitter<Farewell>
  readonly #rate: StatusRate

  constructor({ genesisHash }: HandshakeOptions, dependencies: HandshakeDependencies) {
    this.#genesisHash = genesisHash
    this.#rate = new StatusRate(dependencies.clock)
    this.#dependencies = dependencies
    this.#greeted = new Emitter('greeted', dependencies.logger)
    this.#farewells = new Emitter('farewell', dependencies.logger)
  }

  get onGreeted(): Subscribe<Greeting> {
    return this.#greeted.subscribe
  }

  get onFarewell(): Subscribe<Farewell> {
    return this.#farewells.subscribe
  }

  async listen(): Promise<void> {
    await this.#dependencies.streams.handle(STATUS_PROTOCOL, (stream, remote) => this.#answer(stream, remote), LIMITS)
  }

  async greet(remote: Remote, signal?: AbortSignal): Promise<PeerStatus> {
    const timeout = AbortSignal.timeout(HANDSHAKE_TIMEOUT_MS)
    const either = signal === undefined ? timeout : AbortSignal.any([timeout, signal])
    const stream = await this.#dependencies.streams.open(remote.id, STATUS_PROTOCOL, { signal: either, limits: LIMITS })
    try {
      const frames = framesOf(stream)
      await writeFrame(frames, this.#ownFrame(), either)
      const frame = await this.#read(frames, remote, either)
      if (frame.kind === 'goodbye') {
        if (frame.reason === 'other-rules') this.#dependencies.forks.noteRefusal(remote.id)
        throw turnedAway(frame.reason)
      }
      const { genesisHash, ...status } = frame.status
      const difference = this.#differenceOf(remote, frame.status)
      if (difference !== undefined) throw turnedAway(difference)
      return status
    } finally {
      end(stream)
    }
  }

  async sayGoodbye(peerId: string, reason: GoodbyeReason): Promise<void> {
    const signal = AbortSignal.timeout(GOODBYE_TIMEOUT_MS)
    try {
      const stream = await this.#dependencies.streams.open(peerId, STATUS_PROTOCOL, { signal, limits: LIMITS })
      await writeFrame(framesOf(stream), { kind: 'goodbye', reason }, signal)
      await stream.close({ signal })
    } catch (error) {
      this.#dependencies.logger.debug('A goodbye was not heard', { peerId, reason, error })
    }
  }

  async #answer(stream: Stream, remote: Remote): Promise<void> {
    if (!this.#rate.admits(remote.id)) {
      this.#dependencies.report(remote.id, 'rate-limit')
      throw new NetworkError('P2P_HANDSHAKE', 'the peer sends too many statuses', {
        expected: `${MAX_STATUSES} at most`,
      })
    }
    const signal = AbortSignal.timeout(HANDSHAKE_TIMEOUT_MS)
    const frames = framesOf(stream)
    const frame = await this.#read(frames, remote, signal)
    if (frame.kind === 'goodbye') {
      end(stream)
      this.#farewells.emit({ remote, reason: frame.reason })
      return
    }
    const { genesisHash, ...status } = frame.status
    const refusal = this.#differenceOf(remote, frame.status) ?? this.#dependencies.refusal(remote)
    if (refusal === undefined) {
      await writeFrame(frames, this.#ownFrame(), signal)
      await stream.close({ signal })
      this.#greeted.emit({ remote, status })
      return
    }
    await writeFrame(frames, { kind: 'goodbye', reason: refusal }, signal)
    await stream.close({ signal })
    this.#farewells.emit({ remote, reason: refusal })
  }

  /** Why the other node does not belong to the network as this node knows it. */
  #differenceOf({ id }: Remote, { genesisHash, forkId }: StatusMessage): GoodbyeReason | undefined {
    if (!equalBytes(genesisHash, this.#genesisHash)) return 'other-network'
    return this.#dependencies.forks.admits(id, forkId) ? undefined : 'other-rules'
  }

  #ownFrame(): StatusFrame {
    return { kind: 'status', status: { genesisHash: this.#genesisHash, ...this.#dependencies.ownStatus() } }
  }

  async #read(frames: LengthPrefixedStream, remote: Remote, signal: AbortSignal): Promise<StatusFrame> {
    try {
      return decodeStatusFrame(ownBytes(await frames.read({ signal })))
    } catch (cause) {
      if (isOversized(cause)) this.#dependencies.report(remote.id, 'oversized-message')
      if (cause instanceof RuleError) this.#dependencies.report(remote.id, 'malformed-message')
      throw new NetworkError('P2P_HANDSHAKE', 'the handshake was not completed', {
        actual: cause instanceof Error ? cause.message : String(cause),
        cause,
      })
    }
  }
}

function turnedAway(reason: GoodbyeReason): NetworkError {
  return new NetworkError('P2P_GOODBYE', 'the peer does not want the connection', { actual: reason })
}

/** One for each stream: it holds what has come and was not read. */
function framesOf(stream: Stream): LengthPrefixedStream {
  return lpStream(stream, { maxDataLength: MAX_STATUS_FRAME_BYTES, maxBufferSize: 2 * MAX_STATUS_FRAME_BYTES })
}

async function writeFrame(frames: LengthPrefixedStream, frame: StatusFrame, signal: AbortSignal): Promise<void> {
  await frames.write(encodeStatusFrame(frame), { signal })
}

function isOversized(error: unknown): boolean {
  return error instanceof InvalidDataLengthError || error instanceof InvalidDataLengthLengthError
}

/** Nothing more is expected: the stream goes at once if it is not closed in order. */
function end(stream: Stream): void {
  stream.close({ signal: AbortSignal.timeout(GOODBYE_TIMEOUT_MS) }).catch((error: unknown) => {
    stream.abort(error instanceof Error ? error : new NetworkError('P2P_HANDSHAKE', 'the stream did not close'))
  })
}
