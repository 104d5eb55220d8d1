import type { Network } from '../network.ts'

/** The network that methods tell of: doors open before a node has joined it, and some nodes take part in none. */
export interface MaybeNetwork {
  /** Undefined before the node has joined. */
  readonly now: Pick<Network, MethodPart> | undefined
  /** Throws what a client may read if the node has not joined. */
  require(): Pick<Network, MethodPart>
}

type MethodPart = 'peerId' | 'addresses' | 'peers' | 'reachability'
