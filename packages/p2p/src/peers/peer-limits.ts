/** How many peers a node keeps, and from where. */
export interface PeerLimits {
  /** Peers that this node chose: it dials until it has this many. */
  readonly targetOutbound: number
  /** Peers that chose this node, at most. */
  readonly maxInbound: number
  /** Peers of both kinds from one address group, other than static ones: many names at one address are cheap. */
  readonly maxPerAddress: number
  /**
   * Honest nodes may share an address, as those of a test network on one machine do: then there is no limit and no
   * blame by address. Never on the open internet.
   */
  readonly sharedAddresses: boolean
}

export const PEER_DEFAULTS: PeerLimits = {
  // Gossip keeps six neighbours per topic; two more give a choice.
  targetOutbound: 8,
  // Four for each place that a node takes at others; sixteen more gossip streams than the mesh needs cost little.
  maxInbound: 32,
  maxPerAddress: 4,
  sharedAddresses: false,
}

/** Connections above the limits that live as long as it takes to say goodbye with a reason. */
export const GOODBYE_ROOM = 8
/** An address is banned once its peers together have lost as many points as three banned peers. */
export const ADDRESS_BAN_SCORE = -300
