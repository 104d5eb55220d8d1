import { AppError, type AppErrorDetails, defined, type InferenceAnswer, type InferenceCall } from '@poai/core'

/**
 * What answers the calls that contracts make to models: a node's engines, or a block that was made with them. The
 * answer to a call is the same wherever it comes from.
 */
export interface AnswerSource {
  /** Fails with an `AppError` if it cannot answer now: whoever asks gives up then, and no call fails for it. */
  answer(call: InferenceCall, signal?: AbortSignal): InferenceAnswer | Promise<InferenceAnswer>
}

/** A contract calls a model, and nobody here can say what it answers: execution cannot go on, and says nothing. */
export class AnswerError extends AppError<'EXECUTION_ANSWERS_UNAVAILABLE'> {
  constructor(message: string, details: AppErrorDetails = {}) {
    super('EXECUTION_ANSWERS_UNAVAILABLE', message, details)
  }
}

/** Asks a source. An `AppError` of it becomes an `AnswerError`; all else, such as a broken rule, stays what it is. */
export async function askSource(source: AnswerSource | undefined, call: InferenceCall): Promise<InferenceAnswer> {
  if (source === undefined) {
    throw new AnswerError(`a contract calls the model ${call.model.name}, and there is none at hand`, {
      expected: 'a source of answers',
      actual: 'none',
    })
  }
  try {
    return await source.answer(call)
  } catch (error) {
    if (!(error instanceof AppError) || error instanceof AnswerError) throw error
    const { message, expected, actual, hint } = error
    throw new AnswerError(message, { ...defined({ expected, actual, hint }), cause: error })
  }
}
