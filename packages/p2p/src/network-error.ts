import { AppError } from '@poai/core'

/** What can fail between this node and others without anyone being to blame. */
export type NetworkErrorCode =
  /** A multiaddress that does not say how to reach a peer. */
  | 'P2P_ADDRESS'
  /** There is no connection to the peer, or it was lost. */
  | 'P2P_NOT_CONNECTED'
  /** A dial that failed. */
  | 'P2P_DIAL'
  /** The other side answered with a goodbye instead of its status. */
  | 'P2P_GOODBYE'
  /** The handshake was not done in time, or broke its protocol. */
  | 'P2P_HANDSHAKE'
  /** The node's key cannot be read, can be read by others, or is no key. */
  | 'P2P_NODE_KEY'
  /** The text is not the key of a private network. */
  | 'P2P_PRE_SHARED_KEY'
  /** The network was not started, or has been stopped. */
  | 'P2P_NOT_RUNNING'
  /** No address to listen on. */
  | 'P2P_LISTEN'
  /** No answer in time, or the stream broke. */
  | 'P2P_REQUEST'
  /** The peer is busy: it may answer the same question later. */
  | 'P2P_BUSY'

/** Something between this node and others failed. */
export class NetworkError extends AppError<NetworkErrorCode> {}
