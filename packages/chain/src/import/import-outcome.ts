import type { Hash32 } from '@poai/core'

/** What became of a block that breaks no rule, as far as is known. */
export type ImportOutcome =
  | { readonly kind: 'head'; readonly hash: Hash32 }
  /** Stored, not executed: another chain is at least as heavy. */
  | { readonly kind: 'side'; readonly hash: Hash32 }
  /** Stored before. */
  | { readonly kind: 'known'; readonly hash: Hash32 }
  /** Waits for its parent. What becomes of it then is told by `onOrphanRejected` or `onHead`. */
  | { readonly kind: 'orphan'; readonly hash: Hash32; readonly missing: Hash32 }
