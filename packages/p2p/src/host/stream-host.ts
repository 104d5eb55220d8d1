import type { Stream } from '@libp2p/interface'

/** The other end of a connection, whether or not its handshake is done. */
export interface Remote {
  /** The libp2p peer id, as text. */
  readonly id: string
  /** The IP address that the connection comes from or goes to. */
  readonly address: string
  readonly direction: 'in' | 'out'
}

/** Streams of one protocol that a peer may have open at one time. libp2p resets any above that. */
export interface StreamLimits {
  readonly maxInboundStreams: number
  readonly maxOutboundStreams: number
}

/** Called for each stream that a peer opens. What it throws is logged, and the stream is reset. */
export type StreamHandler = (stream: Stream, remote: Remote) => Promise<void>

/** Streams to and from connected peers: what protocols need of libp2p, and nothing more. */
export interface StreamHost {
  /** Opens a stream over an existing connection. Rejects with a `NetworkError` if there is none. */
  open(
    peerId: string,
    protocol: string,
    options: { readonly signal: AbortSignal; readonly limits?: StreamLimits },
  ): Promise<Stream>
  /** From the host's `start` on, or at once if it is running. */
  handle(protocol: string, handler: StreamHandler, limits: StreamLimits): Promise<void>
  unhandle(protocol: string): Promise<void>
}

/**
 * Copies a frame into an array of its own: libp2p's bytes are views of its buffers, which would stay in memory with
 * whatever is decoded from them.
 */
export function ownBytes(frame: { subarray(): Uint8Array }): Uint8Array {
  return new Uint8Array(frame.subarray())
}
