/**
 * A part of a node that methods tell of. Nodes answer before all their parts are there, and some lack a part for good.
 */
export interface Maybe<Part> {
  /** Undefined while it is not there. */
  readonly now: Part | undefined
  /** Throws what a client may read if it is not there. */
  require(): Part
}
