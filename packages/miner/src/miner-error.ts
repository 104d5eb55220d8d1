import { AppError } from '@poai/core'

/** Why a miner or a farm desk could not do what it was asked to. */
export type MinerErrorCode =
  /** A request that makes no sense. */
  | 'MINER_REQUEST_INVALID'
  /** There is no job to give now: the node is behind, alone, or has nobody to pay. */
  | 'MINER_NO_WORK'
  /** Too many workers, or one that asks too often. */
  | 'MINER_BUSY'
  /** A job that contradicts itself, or is for another network. */
  | 'MINER_JOB_INVALID'

/** Mining failed on our side. */
export class MinerError extends AppError<MinerErrorCode> {}
