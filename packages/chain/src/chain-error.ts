import { AppError } from '@poai/core'

/** Why the chain could not do what it was asked. It never says that a block is invalid. */
export type ChainErrorCode =
  /** A queue or pool is full: later it may not be. */
  | 'CHAIN_BUSY'
  /** The chain was stopped, or not started yet. */
  | 'CHAIN_NOT_RUNNING'
  /** The block would change what is final here. */
  | 'CHAIN_FINAL'
  /** The chain, or a block, contradicts a checkpoint that this node was given. */
  | 'CHAIN_CHECKPOINT'
  /** The block is beside the chain and can't win, or there is no room for it: it is not worth a replay here, now. */
  | 'CHAIN_TOO_LIGHT'
  /** The block before it could not be judged, so this one can't be. */
  | 'CHAIN_PARENT_UNDECIDED'
  /** What was asked for is not kept here, or not any more. */
  | 'CHAIN_NOT_KEPT'
  /** A helper thread died; the next question starts another one. */
  | 'CHAIN_THREAD_LOST'
  /** A reorganisation may be deeper than what the database can roll back. */
  | 'CHAIN_FINALITY_DEPTH'
  /** The database is of another network. */
  | 'CHAIN_OTHER_GENESIS'
  /** What is final in the database was judged by other rules than the network's schedule asks for. */
  | 'CHAIN_OTHER_SCHEDULE'

/** Our side of the chain failed; no peer is to blame. */
export class ChainError extends AppError<ChainErrorCode> {}

/** What people can do where the other chain is the right one. */
export const FINAL_HINT =
  'if the other chain is the right one, stop the node, take finality back (poai db drop-finality), and start it again'
