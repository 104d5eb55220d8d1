import { canonicalBits, isFinite32, ONE_BITS, orderOf } from './binary32.ts'
import { EvaluationError } from './evaluation-error.ts'
import {
  ANSWER_WORD,
  ARG_MAX_WORD,
  type AskedTokens,
  type ExamEvaluation,
  MAXIMUM_WORD,
  PROBES_WORD,
  TOTAL_WEIGHT_WORD,
  wordsPerPosition,
} from './exam-evaluation.ts'

/** Throws an {@link EvaluationError} unless there are the words of every answer position and no others. */
export function checkEvaluationShape(exam: AskedTokens, { words }: ExamEvaluation): void {
  const expected = exam.answerPositions.length * wordsPerPosition(exam)
  if (words.length === expected) return
  throw new EvaluationError('CONSENSUS_EVALUATION_SHAPE', 'The engine answered with the wrong number of words', {
    expected: `${expected} words`,
    actual: `${words.length} words`,
  })
}

/** The first answer position, counted from 0, that has an infinite value or a NaN, or undefined if all are finite. */
export function findNonFinitePosition(exam: AskedTokens, { words }: ExamEvaluation): number | undefined {
  const stride = wordsPerPosition(exam)
  const found = words.findIndex((word, index) => index % stride !== ARG_MAX_WORD && !isFinite32(word))
  return found === -1 ? undefined : (found - (found % stride)) / stride
}

/**
 * Throws an {@link EvaluationError} unless the finite numbers can be those of one set of logits:
 *
 * 1. no logit is above the maximum, so no token's loss is below ln(totalWeight);
 * 2. totalWeight >= 1, since the maximum itself weighs exp(0) = 1: so ln(totalWeight) >= 0;
 * 3. the arg max is the smallest token whose logit is the maximum, as far as logits are known;
 * 4. a probe that is the answer's token has the answer's logit.
 *
 * With 1 and 2 no engine, however wrong, makes a loss that is negative.
 */
export function checkConsistency(exam: AskedTokens, evaluation: ExamEvaluation): void {
  exam.answerPositions.forEach((_, leaf) => {
    checkPosition(exam, evaluation, leaf)
  })
}

function checkPosition(exam: AskedTokens, { words }: ExamEvaluation, leaf: number): void {
  const start = leaf * wordsPerPosition(exam)
  const token = exam.tokens[exam.answerPositions[leaf] as number] as number
  const answer = words[start + ANSWER_WORD] as number
  const totalWeight = words[start + TOTAL_WEIGHT_WORD] as number
  const known = {
    leaf,
    maximum: orderOf(words[start + MAXIMUM_WORD] as number),
    argMax: words[start + ARG_MAX_WORD] as number,
  }
  if (orderOf(totalWeight) < ONE_BITS)
    throw inconsistent(leaf, 'a total weight of 1 at least', `the bits ${totalWeight}`)
  checkLogit(known, token, answer)
  exam.probes.forEach((probe, index) => {
    const logit = words[start + PROBES_WORD + index] as number
    checkLogit(known, probe, logit)
    if (probe === token && canonicalBits(logit) !== canonicalBits(answer)) {
      throw inconsistent(leaf, `one logit of token ${token}`, `the bits ${answer} and ${logit}`)
    }
  })
}

interface KnownMaximum {
  readonly leaf: number
  readonly maximum: number
  readonly argMax: number
}

function checkLogit({ leaf, maximum, argMax }: KnownMaximum, token: number, logit: number): void {
  const order = orderOf(logit)
  if (order > maximum) throw inconsistent(leaf, `the logit of token ${token} at most the maximum`, `the bits ${logit}`)
  if (order < maximum && token === argMax) {
    throw inconsistent(leaf, `the maximum as logit of the arg max ${token}`, `the bits ${logit}`)
  }
  if (order === maximum && token < argMax) {
    throw inconsistent(leaf, `an arg max of at most ${token}, whose logit is the maximum`, `${argMax}`)
  }
}

function inconsistent(leaf: number, expected: string, actual: string): EvaluationError {
  return new EvaluationError('CONSENSUS_EVALUATION_INCONSISTENT', `The engine contradicts itself at answer ${leaf}`, {
    expected,
    actual,
    hint: 'The engine or the memory of this machine is broken: run the determinism self-test',
  })
}
