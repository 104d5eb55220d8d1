import { type Identify, identify } from '@libp2p/identify'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { type Ping, ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { lpStream } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { genesisHash, type NetworkParams } from '@poai/core'
import { createLibp2p } from 'libp2p'
import { STATUS_PROTOCOL } from '../../src/handshake/handshake.ts'
import { decodeStatusFrame, encodeStatusFrame } from '../../src/handshake/status-message.ts'

/** A node that does nothing but shake hands: hundreds of them fit into one process. */
export interface LightPeer {
  readonly peerId: string
  /** Where it listens, without its peer id. */
  readonly location: string
  readonly ip: string
  /** Dials and shakes hands. Rejects if it is turned away. */
  greet(address: string): Promise<void>
  /** Closes its connections, and listens on. */
  leave(): Promise<void>
  close(): Promise<void>
}

const PATIENCE_MS = 10_000

/** Starts one that listens on an address of the loopback network, any in 127.0.0.0/8, and dials from it. */
export async function startLightPeer(params: NetworkParams, ip: string): Promise<LightPeer> {
  // The library hands all of it to the socket, whatever its types say.
  const dialOpts = { noDelay: true, localAddress: ip }
  const libp2p: Libp2p<{ readonly identify: Identify; readonly ping: Ping }> = await createLibp2p({
    addresses: { listen: [`/ip4/${ip}/tcp/0`] },
    transports: [tcp({ dialOpts })],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
    connectionManager: { reconnectRetries: 0 },
    services: { identify: identify(), ping: ping() },
  })
  const genesis = genesisHash(params)
  const status = encodeStatusFrame({
    kind: 'status',
    status: {
      genesisHash: genesis,
      headNumber: 0n,
      headHash: genesis,
      totalWork: 0n,
      version: 'poai/light',
      domain: '',
      services: { allBlocks: true, transactions: true },
    },
  })
  const answer = async (stream: Stream, connection: Connection): Promise<void> => {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const frames = lpStream(stream)
    const frame = decodeStatusFrame(new Uint8Array((await frames.read({ signal })).subarray()))
    if (frame.kind === 'status') await frames.write(status, { signal })
    await stream.close({ signal })
    if (frame.kind === 'goodbye') await connection.close({ signal })
  }
  // Whoever asked may leave at any moment, which is nobody's fault.
  await libp2p.handle(STATUS_PROTOCOL, (stream, connection) => answer(stream, connection).catch(() => undefined))
  const [listened] = libp2p.getMultiaddrs()
  if (listened === undefined) throw new RangeError('the peer listens')
  return {
    ip,
    peerId: libp2p.peerId.toString(),
    location: listened.toString().replace(/\/p2p\/.*$/, ''),
    greet: async (address) => {
      const signal = AbortSignal.timeout(PATIENCE_MS)
      const connection = await libp2p.dial(multiaddr(address), { signal })
      const frames = lpStream(await connection.newStream(STATUS_PROTOCOL, { signal }))
      await frames.write(status, { signal })
      const answer = decodeStatusFrame(new Uint8Array((await frames.read({ signal })).subarray()))
      if (answer.kind === 'goodbye') throw new Error(`turned away: ${answer.reason}`)
    },
    leave: async () => {
      // A stream that the other side ends meanwhile makes the library reject, though the connection is closed.
      await Promise.allSettled(libp2p.getConnections().map((connection) => connection.close()))
    },
    close: () => Promise.resolve(libp2p.stop()),
  }
}
