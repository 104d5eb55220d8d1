/** A node that can be dialled. */
export interface KnownPeer {
  /** Its peer id; or its location, where an operator did not say the id. */
  readonly name: string
  readonly peerId: string | undefined
  /** Multiaddresses without the peer id, the one that worked last first. */
  readonly locations: readonly string[]
  /** Static peers are kept connected; bootnodes are asked when few others are known. */
  readonly role: 'static' | 'bootnode' | 'found'
  /** It was heard on the local network itself. */
  readonly isNear: boolean
  /** The group of whoever told of it first. */
  readonly source: string
  /** The IP address at which this node reached it last; empty: never. */
  readonly address: string
  /** Its network. */
  readonly group: string
  /** When this node last dialled it and shook hands; 0 if never. Its own connections to this node do not count. */
  readonly lastSeenMs: number
  /** Dials that came to nothing since then. */
  readonly failures: number
  /** Not before this time again. */
  readonly nextDialMs: number
}
