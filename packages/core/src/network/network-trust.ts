import type { Hash32 } from '../branded.ts'

/**
 * What whoever releases or runs a node knows of a network's chain beyond its rules. It grows with the chain, so it is
 * not part of the network's parameters or its genesis hash. Nodes that know more and nodes that know less follow the
 * same rules.
 */
export interface NetworkTrust {
  /** The chain was once this heavy: a node with less work does not accept a chain with less either. */
  readonly minimumWork: bigint
  /** Blocks that belong to the chain; a chain with others at these heights is not followed. */
  readonly checkpoints: readonly Checkpoint[]
}

/** A block that is known to belong to the chain. */
export interface Checkpoint {
  readonly number: bigint
  readonly hash: Hash32
}

/** For a network about which nothing more is known. */
export const NO_TRUST: NetworkTrust = { minimumWork: 0n, checkpoints: [] }
