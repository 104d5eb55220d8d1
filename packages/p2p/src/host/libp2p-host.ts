import { randomBytes } from 'node:crypto'
import { type Connection, type Libp2p, type PeerId, type Stream, setMaxListeners } from '@libp2p/interface'
import type { AddressManager } from '@libp2p/interface-internal'
import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P, type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { defined, Emitter, type Logger, type Subscribe } from '@poai/core'
import { createGossipsub, type Gossipsub, type GossipsubOptions } from '../gossip/create-gossipsub.ts'
import type { GossipRouter } from '../gossip/gossip-router.ts'
import { NetworkError } from '../network-error.ts'
import { createLibp2p, type Libp2pOptions, type Libp2pServices } from './create-libp2p.ts'
import type { FoundPeer, Host, OwnAddress } from './host.ts'
import { ipOf } from './multiaddresses.ts'
import type { Remote, StreamHandler, StreamHost, StreamLimits } from './stream-host.ts'

export interface HostOptions extends Omit<Libp2pOptions, 'gossip' | 'onNear'> {
  readonly peerId: string
  readonly gossip: GossipsubOptions
}

/** What a host needs, and nothing more. */
export interface HostDependencies {
  readonly logger: Logger
}

/** libp2p as a `Host`. */
export function createHost(options: HostOptions, dependencies: HostDependencies): Host {
  return new Libp2pHost(options, dependencies)
}

/** As long as the names that the table is made of. */
const EXPLORED_KEY_BYTES = 32

interface Registration {
  readonly handler: StreamHandler
  readonly limits: StreamLimits
}

interface Told extends Pick<FoundPeer, 'origin' | 'toldBy'> {
  readonly id: PeerId
  readonly addresses: readonly Multiaddr[]
}

interface Running {
  readonly libp2p: Libp2p<Libp2pServices>
  readonly addressManager: AddressManager
}

class Libp2pHost implements Host {
  readonly peerId: string
  readonly streams: StreamHost
  readonly #options: HostOptions
  readonly #logger: Logger
  readonly #gossip: Gossipsub
  readonly #connected: Emitter<Remote>
  readonly #disconnected: Emitter<string>
  readonly #found: Emitter<FoundPeer>
  readonly #handlers = new Map<string, Registration>()
  #running: Running | undefined

  constructor(options: HostOptions, { logger }: HostDependencies) {
    this.peerId = options.peerId
    this.#options = options
    this.#logger = logger
    this.#gossip = createGossipsub(options.gossip, logger)
    this.#connected = new Emitter('connected', logger)
    this.#disconnected = new Emitter('disconnected', logger)
    this.#found = new Emitter('found', logger)
    this.streams = {
      open: (peerId, protocol, streamOptions) => this.#open(peerId, protocol, streamOptions),
      handle: (protocol, handler, limits) => this.#handle(protocol, { handler, limits }),
      unhandle: (protocol) => this.#unhandle(protocol),
    }
  }

  get router(): GossipRouter {
    return this.#gossip.router
  }

  get onConnected(): Subscribe<Remote> {
    return this.#connected.subscribe
  }

  get onDisconnected(): Subscribe<string> {
    return this.#disconnected.subscribe
  }

  get onFound(): Subscribe<FoundPeer> {
    return this.#found.subscribe
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return
    const running = await createLibp2p({
      ...this.#options,
      gossip: this.#gossip.service,
      onNear: ({ id, multiaddrs }) => this.#tellFound({ id, addresses: multiaddrs, origin: 'near', toldBy: '' }),
    })
    this.#running = running
    const { libp2p } = running
    this.#listen(libp2p)
    for (const [protocol, registration] of this.#handlers) await this.#register(libp2p, protocol, registration)
    try {
      await libp2p.start()
    } catch (cause) {
      await this.stop()
      throw new NetworkError('P2P_LISTEN', 'the network cannot be started', {
        expected: `free addresses ${this.#options.listen.join(', ')}`,
        actual: cause instanceof Error ? cause.message : String(cause),
        hint: 'another node may be running; choose another port',
        cause,
      })
    }
    this.#gossip.join()
  }

  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    await running?.libp2p.stop()
  }

  addresses(): readonly string[] {
    return this.#running?.libp2p.getMultiaddrs().map((address) => withPeerId(address, this.peerId)) ?? []
  }

  ownAddresses(): readonly OwnAddress[] {
    const known = this.#running?.addressManager.getAddressesWithMetadata() ?? []
    return known.map(({ multiaddr: address, verified, type }) => ({
      address: withPeerId(address, this.peerId),
      verified,
      kind: KINDS[type] ?? 'mapped',
    }))
  }

  async dial(addresses: readonly string[], signal: AbortSignal): Promise<Remote> {
    const { libp2p } = this.#required()
    try {
      return remoteOf(
        await libp2p.dial(
          addresses.map((address) => multiaddr(address)),
          { signal },
        ),
      )
    } catch (cause) {
      throw new NetworkError('P2P_DIAL', 'the peer cannot be reached', {
        actual: cause instanceof Error ? cause.message : String(cause),
        cause,
      })
    }
  }

  async explore(signal: AbortSignal): Promise<void> {
    const { libp2p } = this.#required()
    const { kademlia } = libp2p.services
    // Any place in the table will do: the nodes that we ask answer with the nodes nearest to it that they know.
    const place = randomBytes(EXPLORED_KEY_BYTES)
    for await (const event of kademlia?.getClosestPeers(place, { signal }) ?? []) {
      if (event.name !== 'PEER_RESPONSE') continue
      const [teller] = libp2p.getConnections(event.from)
      const toldBy = teller === undefined ? '' : ipOf(teller.remoteAddr)
      for (const { id, multiaddrs } of event.closer) {
        this.#tellFound({ id, addresses: multiaddrs, origin: 'hearsay', toldBy })
      }
    }
  }

  async disconnect(peerId: string): Promise<void> {
    await this.#running?.libp2p.hangUp(peerIdFromString(peerId)).catch((error: unknown) => {
      this.#logger.debug('A connection did not close in order', { peerId, error })
    })
  }

  remotes(): readonly Remote[] {
    return this.#running?.libp2p.getConnections().map(remoteOf) ?? []
  }

  async ping(peerId: string, signal: AbortSignal): Promise<number> {
    return this.#required().libp2p.services.ping.ping(peerIdFromString(peerId), { signal })
  }

  async forget(peerId: string): Promise<void> {
    await this.#running?.libp2p.peerStore.delete(peerIdFromString(peerId))
  }

  async tidy(isKept: (peerId: string) => boolean): Promise<void> {
    const store = this.#running?.libp2p.peerStore
    if (store === undefined) return
    const connected = new Set(this.remotes().map(({ id }) => id))
    for (const { id } of await store.all()) {
      const name = id.toString()
      if (!connected.has(name) && !isKept(name)) await store.delete(id)
    }
  }

  #listen(libp2p: Libp2p): void {
    libp2p.addEventListener('connection:open', ({ detail }) => this.#connected.emit(remoteOf(detail)))
    libp2p.addEventListener('peer:disconnect', ({ detail }) => this.#disconnected.emit(detail.toString()))
    libp2p.addEventListener('peer:discovery', ({ detail: { id, multiaddrs } }) =>
      this.#tellFound({ id, addresses: multiaddrs, origin: 'hearsay', toldBy: '' }),
    )
    libp2p.addEventListener('peer:identify', ({ detail: { peerId, listenAddrs, connection } }) =>
      this.#tellFound({
        ...{ id: peerId, addresses: listenAddrs, origin: 'itself' },
        toldBy: ipOf(connection.remoteAddr),
      }),
    )
  }

  #tellFound({ id, addresses, origin, toldBy }: Told): void {
    const locations = addresses.map((address) => address.decapsulateCode(CODE_P2P).toString())
    this.#found.emit({ peerId: id.toString(), locations, origin, toldBy })
  }

  async #open(
    peerId: string,
    protocol: string,
    { signal, limits }: { readonly signal: AbortSignal; readonly limits?: StreamLimits },
  ): Promise<Stream> {
    const [connection] = this.#required().libp2p.getConnections(peerIdFromString(peerId))
    if (connection === undefined)
      throw new NetworkError('P2P_NOT_CONNECTED', 'the peer is not connected', { actual: peerId })
    setMaxListeners(Number.POSITIVE_INFINITY, signal)
    return connection.newStream(protocol, {
      signal,
      ...defined({ maxOutboundStreams: limits?.maxOutboundStreams }),
    })
  }

  async #handle(protocol: string, registration: Registration): Promise<void> {
    this.#handlers.set(protocol, registration)
    if (this.#running !== undefined) await this.#register(this.#running.libp2p, protocol, registration)
  }

  async #unhandle(protocol: string): Promise<void> {
    this.#handlers.delete(protocol)
    await this.#running?.libp2p.unhandle(protocol)
  }

  async #register(libp2p: Libp2p, protocol: string, { handler, limits }: Registration): Promise<void> {
    const serve = async (stream: Stream, connection: Connection): Promise<void> => {
      try {
        await handler(stream, remoteOf(connection))
      } catch (error) {
        this.#logger.debug('A stream ended badly', { protocol, peer: connection.remotePeer.toString(), error })
        stream.abort(error instanceof Error ? error : new NetworkError('P2P_NOT_CONNECTED', 'the stream is given up'))
      }
    }
    await libp2p.handle(protocol, serve, limits)
  }

  #required(): Running {
    if (this.#running === undefined) throw new NetworkError('P2P_NOT_RUNNING', 'the network is not running')
    return this.#running
  }
}

const KINDS: Readonly<Record<string, OwnAddress['kind']>> = {
  transport: 'transport',
  announce: 'configured',
  observed: 'observed',
  'dns-mapping': 'configured',
  'ip-mapping': 'mapped',
}

function remoteOf(connection: Connection): Remote {
  return {
    id: connection.remotePeer.toString(),
    address: ipOf(connection.remoteAddr),
    direction: connection.direction === 'inbound' ? 'in' : 'out',
  }
}

function withPeerId(address: Multiaddr, peerId: string): string {
  const text = address.decapsulateCode(CODE_P2P).toString()
  return `${text}/p2p/${peerId}`
}
