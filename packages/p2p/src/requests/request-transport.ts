import { type Stream, setMaxListeners } from '@libp2p/interface'
import {
  InvalidDataLengthError,
  InvalidDataLengthLengthError,
  InvalidMessageLengthError,
  type LengthPrefixedStream,
  lpStream,
} from '@libp2p/utils'
import { type Clock, type Codec, type Logger, RuleError } from '@poai/core'
import { TokenBucket } from '../budget/token-bucket.ts'
import { ownBytes, type Remote, type StreamHost, type StreamLimits } from '../host/stream-host.ts'
import { NetworkError } from '../network-error.ts'
import type { Offence } from '../peers/offences.ts'
import type { PeerSet } from '../peers/peer.ts'
import { AnswerBudget, type AnswerLimits, type AnswerTicket } from './answer-budget.ts'
import {
  ANSWERED_BYTES,
  type Ask,
  MAX_STREAMS_PER_PROTOCOL,
  QUERY_TIMEOUT_MS,
  type RequestProtocol,
  SERVER_SLACK,
  type Serve,
} from './request-protocol.ts'

/** What the transport needs, and nothing more. */
export interface RequestTransportDependencies {
  readonly streams: StreamHost
  readonly peers: Pick<PeerSet, 'get' | 'report' | 'onJoined' | 'onLeft'>
  readonly clock: Clock
  readonly logger: Logger
}

export interface RequestTransportOptions extends Partial<AnswerLimits> {
  /** Honest peers share addresses: bytes are counted by peer alone. */
  readonly sharedAddresses: boolean
}

/** Questions and answers between peers: one stream for each, both frames after their length. */
export interface RequestTransport {
  askerOf<Query, Reply>(protocol: RequestProtocol<Query, Reply>): Ask<Query, Reply>
  /** Answers peers from now on. Rejects with a `RangeError` if the protocol's name is taken. */
  handle<Query, Reply>(protocol: RequestProtocol<Query, Reply>, serve: Serve<Query, Reply>): Promise<void>
  readonly counts: RequestCounts
}

/** Since the start, over all protocols. */
export interface RequestCounts {
  readonly asked: number
  readonly answered: number
  readonly failed: number
  readonly served: number
  readonly refused: number
}

const LIMITS: StreamLimits = {
  maxInboundStreams: MAX_STREAMS_PER_PROTOCOL,
  maxOutboundStreams: MAX_STREAMS_PER_PROTOCOL,
}
/** Between one side's last word of the handshake and the other side's noticing it. */
const JOIN_GRACE_MS = 1000
/** The bytes of answers are counted over all protocols, under a name like that of a protocol. */
const BYTES = { name: 'bytes', allowance: ANSWERED_BYTES }
/** The first byte of an answer. */
const ANSWER = 0
const BUSY = 1
const REFUSED = 2

export function createRequestTransport(
  options: RequestTransportOptions,
  dependencies: RequestTransportDependencies,
): RequestTransport {
  return new StreamTransport(options, dependencies)
}

class StreamTransport implements RequestTransport {
  readonly #dependencies: RequestTransportDependencies
  /** By direction, protocol and peer. */
  readonly #buckets = new Map<string, TokenBucket>()
  readonly #answers: AnswerBudget
  readonly #handled = new Set<string>()
  readonly #counts = { asked: 0, answered: 0, failed: 0, served: 0, refused: 0 }

  constructor(options: RequestTransportOptions, dependencies: RequestTransportDependencies) {
    this.#dependencies = dependencies
    this.#answers = new AnswerBudget(options, dependencies)
    // A peer that comes back at once finds its used bucket: only buckets that say nothing any more go.
    dependencies.peers.onLeft(() => {
      for (const [name, bucket] of this.#buckets) if (bucket.isFull) this.#buckets.delete(name)
      this.#answers.tidy()
    })
  }

  get counts(): RequestCounts {
    return { ...this.#counts }
  }

  askerOf<Query, Reply>(protocol: RequestProtocol<Query, Reply>): Ask<Query, Reply> {
    return async (peerId, query, signal) => {
      const reply = await this.#request(peerId, { protocol, query }, signal)
      try {
        protocol.check?.(query, reply)
      } catch (error) {
        if (error instanceof RuleError) this.#dependencies.peers.report(peerId, 'wrong-answer')
        throw error
      }
      return reply
    }
  }

  async #request<Query, Reply>(
    peerId: string,
    { protocol, query }: { readonly protocol: RequestProtocol<Query, Reply>; readonly query: Query },
    signal: AbortSignal,
  ): Promise<Reply> {
    await this.#awaitAllowance(peerId, protocol, protocol.costOf(query), signal)
    this.#counts.asked++
    const timeout = AbortSignal.timeout(protocol.timeoutMs)
    const either = AbortSignal.any([timeout, signal])
    setMaxListeners(0, either)
    let stream: Stream | undefined
    try {
      stream = await this.#dependencies.streams.open(peerId, protocol.name, { signal: either, limits: LIMITS })
      const frames = framesOf(stream, 1 + protocol.reply.maxBytes)
      await frames.write(protocol.query.encode(query), { signal: either })
      const frame = ownBytes(await frames.read({ signal: either }))
      this.#bucket('out', peerId, BYTES, 1).spend(frame.length)
      const reply = replyOf(frame, protocol.reply)
      this.#counts.answered++
      end(stream)
      return reply
    } catch (error) {
      this.#counts.failed++
      stream?.abort(error instanceof Error ? error : new NetworkError('P2P_REQUEST', 'the request is given up'))
      if (signal.aborted) throw signal.reason
      throw this.#blame(peerId, protocol.name, { error, isLate: timeout.aborted })
    }
  }

  async handle<Query, Reply>(protocol: RequestProtocol<Query, Reply>, serve: Serve<Query, Reply>): Promise<void> {
    if (this.#handled.has(protocol.name)) throw new RangeError(`two protocols are called ${protocol.name}`)
    this.#handled.add(protocol.name)
    const answer = async (stream: Stream, remote: Remote): Promise<void> => {
      const query = await this.#readQuery(stream, remote, protocol)
      if (query === undefined) return
      const ticket = await this.#admit(remote, protocol, protocol.costOf(query))
      if (ticket === undefined) return this.#send(stream, Uint8Array.of(BUSY), protocol)
      try {
        const frame = await this.#serve(query, remote, { protocol, serve })
        ticket.made(frame.length)
        await this.#send(stream, frame, protocol)
      } finally {
        ticket.done()
      }
    }
    await this.#dependencies.streams.handle(protocol.name, answer, LIMITS)
  }

  /** Resolves when the other side has taken it, or has had its time. */
  async #send(
    stream: Stream,
    frame: Uint8Array,
    { timeoutMs }: Pick<RequestProtocol<unknown, unknown>, 'timeoutMs'>,
  ): Promise<void> {
    try {
      await lpStream(stream).write(frame, { signal: AbortSignal.timeout(timeoutMs) })
      await stream.close({ signal: AbortSignal.timeout(timeoutMs) })
    } catch (error) {
      stream.abort(error instanceof Error ? error : new NetworkError('P2P_REQUEST', 'the answer was not taken'))
    }
  }

  /** Undefined if the peer's allowance, or that of all peers, is used up. Only the former is held against it. */
  async #admit<Query, Reply>(
    remote: Remote,
    protocol: RequestProtocol<Query, Reply>,
    cost: number,
  ): Promise<AnswerTicket | undefined> {
    const hasTokens = this.#bucket('in', remote.id, protocol, SERVER_SLACK).take(cost)
    const ticket = hasTokens ? await this.#answers.admit(remote) : 'greedy'
    if (typeof ticket === 'object') return ticket
    this.#counts.refused++
    if (ticket === 'greedy') this.#dependencies.peers.report(remote.id, 'rate-limit')
    return undefined
  }

  /** The frame to answer with. */
  async #serve<Query, Reply>(
    query: Query,
    remote: Remote,
    {
      protocol,
      serve,
    }: {
      readonly protocol: RequestProtocol<Query, Reply>
      readonly serve: Serve<Query, Reply>
    },
  ): Promise<Uint8Array> {
    try {
      const reply = await serve(query, remote, AbortSignal.timeout(protocol.timeoutMs))
      this.#counts.served++
      return withKind(ANSWER, protocol.reply.encode(reply))
    } catch (error) {
      this.#counts.refused++
      this.#dependencies.logger.debug('A request could not be answered', { protocol: protocol.name, error })
      return Uint8Array.of(REFUSED)
    }
  }

  async #readQuery<Query>(
    stream: Stream,
    remote: Remote,
    protocol: Pick<RequestProtocol<Query, unknown>, 'name' | 'query'>,
  ): Promise<Query | undefined> {
    const { peers, logger } = this.#dependencies
    const timeout = AbortSignal.timeout(QUERY_TIMEOUT_MS)
    try {
      if (!(await this.#isPeer(remote.id))) throw new NetworkError('P2P_HANDSHAKE', 'the peer has not shaken hands')
      const frames = framesOf(stream, protocol.query.maxBytes)
      const bytes = ownBytes(await frames.read({ signal: timeout }))
      frames.unwrap()
      return protocol.query.decode(bytes)
    } catch (error) {
      const offence = timeout.aborted ? 'stalled-stream' : offenceOf(error)
      if (offence !== undefined) peers.report(remote.id, offence)
      logger.debug('A question could not be read', { protocol: protocol.name, peerId: remote.id, error })
      stream.abort(error instanceof Error ? error : new NetworkError('P2P_REQUEST', 'the question is given up'))
      return undefined
    }
  }

  /** The dialler knows a moment earlier than we do that the handshake is done. */
  async #isPeer(peerId: string): Promise<boolean> {
    const { peers, clock } = this.#dependencies
    if (peers.get(peerId) !== undefined) return true
    const done = new AbortController()
    const joined = new Promise<void>((resolve) => {
      const unsubscribe = peers.onJoined(({ id }) => {
        if (id === peerId) resolve()
      })
      done.signal.addEventListener('abort', unsubscribe, { once: true })
    })
    await Promise.race([joined, clock.sleep(JOIN_GRACE_MS, done.signal).catch(() => undefined)])
    done.abort()
    return peers.get(peerId) !== undefined
  }

  async #awaitAllowance<Query, Reply>(
    peerId: string,
    protocol: RequestProtocol<Query, Reply>,
    cost: number,
    signal: AbortSignal,
  ): Promise<void> {
    const bucket = this.#bucket('out', peerId, protocol, 1)
    while (!bucket.take(cost)) await this.#dependencies.clock.sleep(Math.max(1, bucket.waitMs(cost)), signal)
    const bytes = this.#bucket('out', peerId, BYTES, 1)
    while (bytes.isOverdrawn) await this.#dependencies.clock.sleep(Math.max(1, bytes.waitMs(0)), signal)
  }

  #bucket(
    direction: 'in' | 'out',
    peerId: string,
    { name, allowance }: Pick<RequestProtocol<unknown, unknown>, 'name' | 'allowance'>,
    slack: number,
  ): TokenBucket {
    const key = `${direction} ${name} ${peerId}`
    const known = this.#buckets.get(key)
    if (known !== undefined) return known
    const capacity = allowance.capacity * slack
    const bucket = new TokenBucket({ capacity, perSecond: allowance.perSecond * slack }, this.#dependencies.clock)
    this.#buckets.set(key, bucket)
    return bucket
  }

  #blame(
    peerId: string,
    protocol: string,
    { error, isLate }: { readonly error: unknown; readonly isLate: boolean },
  ): unknown {
    const { peers, logger } = this.#dependencies
    const offence = isLate ? 'request-timeout' : offenceOf(error)
    if (offence !== undefined) peers.report(peerId, offence)
    logger.debug('A request was not answered', { protocol, peerId, offence, error })
    if (error instanceof RuleError || error instanceof NetworkError) return error
    return new NetworkError('P2P_REQUEST', isLate ? 'the peer did not answer in time' : 'the request broke', {
      actual: error instanceof Error ? error.message : String(error),
      cause: error,
    })
  }
}

function framesOf(stream: Stream, maxDataLength: number): LengthPrefixedStream {
  // A length of at most 10 bytes and a frame; what comes beyond that was not asked for.
  return lpStream(stream, { maxDataLength, maxBufferSize: maxDataLength + 64 * 1024 })
}

function replyOf<Reply>(frame: Uint8Array, codec: Codec<Reply>): Reply {
  const [kind] = frame
  if (kind === ANSWER) return codec.decode(frame.subarray(1))
  if (kind === BUSY) throw new NetworkError('P2P_BUSY', 'the peer is busy')
  if (kind === REFUSED) throw new NetworkError('P2P_REQUEST', 'the peer cannot answer')
  throw new RuleError('FIELD_RANGE', 'not an answer', { expected: '0, 1 or 2', actual: kind ?? 'nothing' })
}

function withKind(kind: number, bytes: Uint8Array): Uint8Array {
  const frame = new Uint8Array(1 + bytes.length)
  frame[0] = kind
  frame.set(bytes, 1)
  return frame
}

function offenceOf(error: unknown): Offence | undefined {
  if (error instanceof RuleError) return error.code === 'OVERSIZE' ? 'oversized-message' : 'malformed-message'
  if (error instanceof InvalidDataLengthError || error instanceof InvalidDataLengthLengthError)
    return 'oversized-message'
  if (error instanceof InvalidMessageLengthError) return 'malformed-message'
  return undefined
}

/** The other side has all it needs: it does not wait for us. */
function end(stream: Stream): void {
  stream.close({ signal: AbortSignal.timeout(QUERY_TIMEOUT_MS) }).catch((error: unknown) => {
    stream.abort(error instanceof Error ? error : new NetworkError('P2P_REQUEST', 'the stream did not close'))
  })
}
