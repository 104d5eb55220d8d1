import { AppError } from '@poai/core'

/**
 * Why a node does not run.
 *
 * - `NODE_STOPPED`: it was stopped before it was up.
 * - `NODE_KEY_FILE`: a file that a setting names cannot be read.
 * - `NODE_NOT_JOINED`: it is not so far yet: the network, the miner and the work desk come after the self-test.
 * - `NODE_NO_BENEFICIARY`: mining was asked for, and nobody would be paid.
 */
export type NodeErrorCode = 'NODE_STOPPED' | 'NODE_KEY_FILE' | 'NODE_NOT_JOINED' | 'NODE_NO_BENEFICIARY'

/** What is in the way of a node, or of what is asked of it. */
export class NodeError extends AppError<NodeErrorCode> {}
