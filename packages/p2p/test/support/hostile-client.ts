import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net'
import { type GossipSub, gossipsub, StrictNoSign } from '@libp2p/gossipsub'
import { type Identify, identify } from '@libp2p/identify'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { lpStream } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { genesisHash, type NetworkParams } from '@poai/core'
import { createLibp2p } from 'libp2p'
import { STATUS_PROTOCOL } from '../../src/handshake/handshake.ts'
import { decodeStatusFrame, encodeStatusFrame } from '../../src/handshake/status-message.ts'
import type { PeerStatus } from '../../src/peers/peer.ts'

/** A raw libp2p node that keeps none of our rules. */
export interface HostileClient {
  readonly peerId: string
  /** True while the victim lets the connection stand. */
  readonly isConnected: boolean
  readonly libp2p: Libp2p<HostileServices>
  /** Rejects if the victim turns the connection away. */
  connect(): Promise<void>
  /** Connects and claims what it likes to. Rejects if the victim says goodbye. */
  greet(claims?: Partial<PeerStatus>): Promise<void>
  /** The same over the connection that is there. */
  tell(claims: Partial<PeerStatus>): Promise<void>
  open(protocol: string): Promise<Stream>
  /** Sends a frame after its length, and resolves with the frame that comes back. */
  ask(protocol: string, frame: Uint8Array): Promise<Uint8Array>
  /** Waits until the victim listens to the topic. */
  joinTopic(topic: string): Promise<void>
  publish(topic: string, data: Uint8Array): Promise<void>
  close(): Promise<void>
}

interface HostileServices extends Record<string, unknown> {
  readonly identify: Identify
  readonly pubsub: GossipSub
}

export interface HostileClientOptions {
  readonly params: NetworkParams
  /** Multiaddress of the victim. */
  readonly victim: string
  /** The loopback address that the victim sees; default 127.0.0.66. */
  readonly from?: string
}

const MANY = 100_000
const PATIENCE_MS = 20_000

/** Starts a node that reaches the victim from an address of its own choice on the loopback interface. */
export async function startHostileClient({
  params,
  victim,
  from = '127.0.0.66',
}: HostileClientOptions): Promise<HostileClient> {
  const proxy = await startProxy(victim, from)
  const libp2p = await createLibp2p<HostileServices>({
    addresses: { listen: [] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ maxInboundStreams: MANY, maxOutboundStreams: MANY })],
    connectionMonitor: { enabled: false },
    connectionManager: { reconnectRetries: 0 },
    services: {
      identify: identify(),
      pubsub: gossipsub({
        globalSignaturePolicy: StrictNoSign,
        msgIdFn: ({ data }) => createHash('sha256').update(data).digest().subarray(0, 20),
        allowPublishToZeroTopicPeers: true,
        floodPublish: true,
      }),
    },
  })
  return new RawClient(libp2p, proxy, params)
}

class RawClient implements HostileClient {
  readonly peerId: string
  readonly libp2p: Libp2p<HostileServices>
  readonly #proxy: Proxy
  readonly #params: NetworkParams
  #connection: Connection | undefined

  constructor(libp2p: Libp2p<HostileServices>, proxy: Proxy, params: NetworkParams) {
    this.peerId = libp2p.peerId.toString()
    this.libp2p = libp2p
    this.#proxy = proxy
    this.#params = params
  }

  get isConnected(): boolean {
    return this.#connection?.status === 'open'
  }

  async connect(): Promise<void> {
    this.#connection = await this.libp2p.dial(multiaddr(this.#proxy.address), {
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
  }

  async greet(claims: Partial<PeerStatus> = {}): Promise<void> {
    if (!this.isConnected) await this.connect()
    await this.tell(claims)
  }

  async tell(claims: Partial<PeerStatus>): Promise<void> {
    const genesis = genesisHash(this.#params)
    const status = {
      genesisHash: genesis,
      headNumber: 0n,
      headHash: genesis,
      totalWork: 0n,
      version: 'poai/hostile',
      domain: '',
      services: { allBlocks: true, transactions: true },
      ...claims,
    }
    const answer = decodeStatusFrame(await this.ask(STATUS_PROTOCOL, encodeStatusFrame({ kind: 'status', status })))
    if (answer.kind === 'goodbye') throw new Error(`turned away: ${answer.reason}`)
  }

  async open(protocol: string): Promise<Stream> {
    if (this.#connection === undefined) throw new Error('not connected')
    const options = { signal: AbortSignal.timeout(PATIENCE_MS), maxOutboundStreams: MANY }
    return this.#connection.newStream(protocol, options)
  }

  async ask(protocol: string, frame: Uint8Array): Promise<Uint8Array> {
    const stream = await this.open(protocol)
    const signal = AbortSignal.timeout(PATIENCE_MS)
    try {
      const frames = lpStream(stream)
      await frames.write(frame, { signal })
      return new Uint8Array((await frames.read({ signal })).subarray())
    } finally {
      stream.abort(new Error('done'))
    }
  }

  async joinTopic(topic: string): Promise<void> {
    const { pubsub } = this.libp2p.services
    pubsub.subscribe(topic)
    const end = Date.now() + PATIENCE_MS
    while (pubsub.getSubscribers(topic).length === 0) {
      if (Date.now() > end) throw new Error('the victim does not listen to the topic')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async publish(topic: string, data: Uint8Array): Promise<void> {
    await this.libp2p.services.pubsub.publish(topic, data)
  }

  async close(): Promise<void> {
    await this.libp2p.stop()
    await this.#proxy.close()
  }
}

interface Proxy {
  /** What to dial instead of the victim. */
  readonly address: string
  close(): Promise<void>
}

/**
 * Passes bytes on to the victim from another address of the loopback interface: a node has one address, an attacker
 * many.
 */
async function startProxy(victim: string, from: string): Promise<Proxy> {
  const [, host, port, peer] = /^\/ip4\/([^/]+)\/tcp\/(\d+)(.*)$/.exec(victim) ?? []
  if (host === undefined || port === undefined) throw new RangeError(`not an address: ${victim}`)
  const sockets = new Set<Socket>()
  const server: Server = createServer((near) => {
    const far = connectTcp({ host, port: Number(port), localAddress: from })
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new RangeError('a server has a port')
  return {
    address: `/ip4/127.0.0.1/tcp/${bound.port}${peer ?? ''}`,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
