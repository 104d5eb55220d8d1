import type { Network } from '../network.ts'

/** A network as methods tell of it. */
export type ShownNetwork = Pick<Network, 'peerId' | 'addresses' | 'peers' | 'reachability'>
