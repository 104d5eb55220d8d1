import type { Stream } from '@libp2p/interface'

/** Whoever is at the other end of a connection. Its handshake may not be done. */
export interface Remote {
  /** The libp2p peer id, as text. */
  readonly id: string
  /** The IP address that the connection comes from or goes to. */
  readonly address: string
  readonly direction: 'in' | 'out'
}

/** Streams of one protocol that a peer may have open at one time: libp2p resets those above. */
export interface StreamLimits {
  readonly maxInboundStreams: number
  readonly maxOutboundStreams: number
}

/** Called for each stream that a peer opens. What it throws is logged, and the stream is reset. */
export type StreamHandler = (stream: Stream, remote: Remote) => Promise<void>

/** Streams to and from connected peers: what protocols need of libp2p, and nothing more. */
export interface StreamHost {
  /** Opens a stream over a connection that is there. Rejects with a `NetworkError` if none is. */
  open(
    peerId: string,
    protocol: string,
    options: { readonly signal: AbortSignal; readonly limits?: StreamLimits },
  ): Promise<Stream>
  /** From `start` of the host on, and at once if it runs. */
  handle(protocol: string, handler: StreamHandler, limits: StreamLimits): Promise<void>
  unhandle(protocol: string): Promise<void>
}

/**
 * A frame as a plain array of its own: libp2p's bytes are views of its buffers, which would stay in memory with what is
 * decoded.
 */
export function ownBytes(frame: { subarray(): Uint8Array }): Uint8Array {
  return new Uint8Array(frame.subarray())
}
