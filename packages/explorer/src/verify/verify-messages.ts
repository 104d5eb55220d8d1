/** What the worker is given: bytes from the node, and nothing that the node computed. */
export interface VerifyOrder {
  /** `poai_networkParams`, as it came. */
  readonly params: unknown
  /** The canonical bytes of the header, hexadecimal. */
  readonly header: string
  /** What the page shows as the block's hash: the header must have it. */
  readonly hash: string
  /** Hash of the last block of the epoch before. */
  readonly epochSeed: string
  readonly module: Uint8Array<ArrayBuffer>
  readonly model: Uint8Array<ArrayBuffer>
}

/** What the worker found. */
export interface BrowserVerdict {
  readonly isValid: boolean
  /** Why not. */
  readonly reason: string | undefined
  /** Time of the replay alone. */
  readonly milliseconds: number
}

/** The worker's messages: that it listens, and then a verdict or the reason why there is none. */
export type VerifyAnswer =
  | { readonly isListening: true }
  | { readonly verdict: BrowserVerdict }
  | { readonly problem: string }
