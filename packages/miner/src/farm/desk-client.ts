/** Whoever talks to a desk, as the door that it came by knows it. A worker's name costs nothing, an address does. */
export interface DeskClient {
  /** An address, or what stands for several that are one household's. */
  readonly name: string
  /** A program on the node's own machine: its owner's. */
  readonly isLocal: boolean
}

/** Whoever calls without a door, or by the node's own socket. */
export const OWN_CLIENT: DeskClient = { name: 'this node', isLocal: true }
