/** Whoever talks to a desk, as JSON-RPC knows it. A worker's name costs nothing, an address does. */
export interface DeskClient {
  /** An address, or a name for several addresses of one household. */
  readonly name: string
  /** A program on the node's own machine, so its owner's. */
  readonly isLocal: boolean
}

/** Whoever calls within this process, or through the node's own socket. */
export const OWN_CLIENT: DeskClient = { name: 'this node', isLocal: true }
