import type { Hash32 } from '@poai/core'
import { isFinite32 } from '../transcript/binary32.ts'
import { checkConsistency, checkEvaluationShape, findNonFinitePosition } from '../transcript/check-evaluation.ts'
import { EvaluationError } from '../transcript/evaluation-error.ts'
import { type ExamEvaluation, MAXIMUM_WORD, PROBES_WORD, TOTAL_WEIGHT_WORD } from '../transcript/exam-evaluation.ts'
import { askedTokensOf, type GenerationTask, requestFor } from './generation.ts'
import { generationTree, tokenLeafHashes } from './generation-root.ts'

/** What one pass over a prompt and an output found out. */
export interface OutputVerdict {
  /** The first token that would not have been drawn, or the number of tokens. */
  readonly firstWrong: number
  /** The first token where the model gave a number that is not finite; undefined if there is none. */
  readonly notFinite: number | undefined
  /** Of the generation with this output; undefined if a number is not finite. */
  readonly root: Hash32 | undefined
}

/** Four words of each token, and the one that is drawn. */
const SAMPLED_WORDS = PROBES_WORD + 1

/**
 * True if the largest logit and the total weight at that token are finite, and so that of whatever token is drawn. The
 * logit of the output's own token may be infinite all the same.
 */
export function isFiniteAt({ words }: ExamEvaluation, index: number): boolean {
  const at = index * SAMPLED_WORDS
  return [MAXIMUM_WORD, TOTAL_WEIGHT_WORD].every((word) => isFinite32(words[at + word] as number))
}

/**
 * Compares an output with what the model says at each of its tokens. Throws an `EvaluationError` for numbers that no
 * model can give.
 */
export function judgeOutput(
  task: GenerationTask,
  output: ArrayLike<number> & Iterable<number>,
  { words }: ExamEvaluation,
): OutputVerdict {
  const count = output.length
  if (words.length !== count * SAMPLED_WORDS) {
    throw new EvaluationError('CONSENSUS_EVALUATION_SHAPE', 'The engine answered with the wrong number of words', {
      expected: `${count * SAMPLED_WORDS} words`,
      actual: `${words.length} words`,
    })
  }
  const evaluation = { words: words.filter((_, index) => index % SAMPLED_WORDS !== PROBES_WORD) }
  const asked = askedTokensOf(requestFor(task, output))
  checkEvaluationShape(asked, evaluation)
  const notFinite = findNonFinitePosition(asked, evaluation)
  const firstWrong = Array.from(output).findIndex(
    (token, index) => index === notFinite || token !== words[index * SAMPLED_WORDS + PROBES_WORD],
  )
  const isWrong = firstWrong !== -1
  if (notFinite !== undefined) return { firstWrong: isWrong ? firstWrong : notFinite, notFinite, root: undefined }
  checkConsistency(asked, evaluation)
  const { root } = generationTree(task, tokenLeafHashes(task, output, evaluation))
  return { firstWrong: isWrong ? firstWrong : count, notFinite, root }
}
