import { AppError } from '@poai/core'

/** Why execution could not decide. It says nothing about the block: the store that it reads from is at fault. */
export type ExecutionErrorCode = 'EXECUTION_STATE_MISSING' | 'EXECUTION_STATE_DAMAGED'

/** The state that execution was given is not whole. */
export class ExecutionError extends AppError<ExecutionErrorCode> {}
