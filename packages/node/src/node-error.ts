import { AppError } from '@poai/core'

/**
 * Why a node does not run.
 *
 * - `NODE_STOPPED`: it was stopped before it was up.
 * - `NODE_KEY_FILE`: a file that a setting names cannot be read.
 */
export type NodeErrorCode = 'NODE_STOPPED' | 'NODE_KEY_FILE'

/** What keeps a node from running. */
export class NodeError extends AppError<NodeErrorCode> {}
