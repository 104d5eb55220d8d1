import type { Subscribe } from '@poai/core'

/** The node's policy on when to mine: for example, not while it is behind or alone. */
export interface MiningGate {
  /** Why not to mine now, for people; undefined if nothing is in the way. */
  closedBecause(): string | undefined
  /** The answer may have changed. */
  readonly onChange: Subscribe<void>
}

/** Nothing is ever in the way. */
export const OPEN_GATE: MiningGate = { closedBecause: () => undefined, onChange: () => () => undefined }
