/** A part of a node that methods tell of: doors open before it is there. */
export interface Maybe<Part> {
  /** Undefined before it is there. */
  readonly now: Part | undefined
  /** Throws what a client may read if it is not there. */
  require(): Part
}
