/** What the worker is told: bytes that the node gave, and nothing that it computed. */
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
  /** Of the replay alone. */
  readonly milliseconds: number
}

/** Its messages: that it listens, and then a verdict or that it could not come to one. */
export type VerifyAnswer =
  | { readonly isListening: true }
  | { readonly verdict: BrowserVerdict }
  | { readonly problem: string }
