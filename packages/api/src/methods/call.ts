/** Clients that are counted as one. */
export interface RatedClient {
  readonly name: string
  /** On the same machine. */
  readonly isLocal: boolean
}

/** Who calls, and how long the answer is wanted. */
export interface Call {
  readonly signal: AbortSignal
  /** Charges the client more than the method's own price. */
  charge(cost: number): void
  /**
   * To be called at every step of which clients can cause many: undefined, or what to wait for. Throws if nobody waits
   * for the call any more.
   */
  readonly pause: () => Promise<void> | undefined
  /** Counts characters of the answer as they are written. Throws if the client has too much to read. */
  grow(characters: number): void
  readonly session: Session
}

/** One connection of a client. */
export interface Session {
  /** True for the local socket and for clients that know the token: they may use the private namespaces. */
  readonly isTrusted: boolean
  /** The client whose calls are counted; undefined if nothing is counted, as on the local socket. */
  readonly client?: RatedClient | undefined
  /**
   * The queue in which calls wait for their turn, and which shares bounds of memory: an address; on this machine, a
   * connection.
   */
  readonly queue: string
  /** Sends the text of a notification; undefined if the client cannot receive one, as over plain HTTP. */
  readonly notify?: (document: string) => void
  /** Aborted when the client is gone. */
  readonly closed: AbortSignal
}
