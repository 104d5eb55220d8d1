/** Who is counted as one. */
export interface RatedClient {
  readonly name: string
  /** On the same machine. */
  readonly isLocal: boolean
}

/** Who calls, and how long the answer is of use. */
export interface Call {
  readonly signal: AbortSignal
  /** Counts more to the client than the method costs by itself. */
  charge(cost: number): void
  /**
   * Asked at every step that others can make many of: undefined, or what to wait for. Throws when nobody waits for the
   * call any more.
   */
  readonly pause: () => Promise<void> | undefined
  /** Tells of characters of the answer as they are written. Throws where the client has too much to read. */
  grow(characters: number): void
  readonly session: Session
}

/** One connection of a client. */
export interface Session {
  /** The local socket, or a client that knows the token: may use the private namespaces. */
  readonly isTrusted: boolean
  /** Whose calls are counted together; undefined where nobody counts, as on the local socket. */
  readonly client?: RatedClient | undefined
  /** Who waits in one queue for turns, and shares the bounds of memory: an address; on this machine, a connection. */
  readonly queue: string
  /** Sends a notification, written out; undefined where the client cannot hear one, as over plain HTTP. */
  readonly notify?: (document: string) => void
  /** Aborted when the client has gone. */
  readonly closed: AbortSignal
}
