import {
  createAttempts,
  createHashedAttempts,
  deriveExamSeed,
  examToRequest,
  gradeExam,
  validateReplay,
  validateWorkClaim,
} from '@poai/consensus'
import { sealHash } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { withWord } from '../transcript/plausible-evaluation.ts'
import { ScriptedEvaluator } from './scripted-evaluator.ts'
import { EASY_TARGET, someSealedHeader } from './some-header.ts'
import { buildExam, epochKey } from './some-network.ts'

const evaluator = new ScriptedEvaluator()
const LAST = (1n << 64n) - 1n

describe('attempts', () => {
  it('are the exams of consecutive nonces', () => {
    const attempts = createAttempts({ header: someSealedHeader, epochKey, buildExam, firstNonce: 9n })
    const taken = [...attempts.take(2), ...attempts.take(1)]
    expect(taken.map(({ nonce }) => nonce)).toEqual([9n, 10n, 11n])
    for (const { nonce, exam } of taken) {
      const seed = deriveExamSeed({ epochKey, sealHash: sealHash(someSealedHeader), nonce })
      expect(exam).toEqual(buildExam(seed))
    }
    expect(attempts.sealHash).toEqual(sealHash(someSealedHeader))
  })

  it('are the same where only the hash of the header is known', () => {
    const nonces = { epochKey, buildExam, firstNonce: 9n }
    const [own] = createAttempts({ header: someSealedHeader, ...nonces }).take(1)
    const hashed = createHashedAttempts({
      sealHash: sealHash(someSealedHeader),
      target: someSealedHeader.target,
      ...nonces,
    })
    expect(hashed.take(1)).toEqual([own])
    expect(hashed.sealHash).toEqual(sealHash(someSealedHeader))
  })

  it('end before the end nonce, and after the last of 64 bits', () => {
    const some = createAttempts({ header: someSealedHeader, epochKey, buildExam, firstNonce: 3n, endNonce: 5n })
    expect(some.take(10).map(({ nonce }) => nonce)).toEqual([3n, 4n])
    expect(some.take(10)).toEqual([])
    const last = createAttempts({ header: someSealedHeader, epochKey, buildExam, firstNonce: LAST })
    expect(last.take(10).map(({ nonce }) => nonce)).toEqual([LAST])
  })

  it('are solved exactly where the work hash is below the target, with a seal that a replay agrees with', () => {
    const attempts = createAttempts({ header: someSealedHeader, epochKey, buildExam })
    const kinds = new Set<string>()
    for (const attempt of attempts.take(24)) {
      const evaluation = evaluator.evaluateOne(examToRequest(attempt.exam))
      const finished = attempts.finish(attempt, evaluation)
      if (finished.kind === 'void') throw new Error('the scripted evaluation is finite')
      kinds.add(finished.kind)
      expect(finished.kind).toBe(finished.workHash < EASY_TARGET ? 'solved' : 'missed')
      expect(finished.seal.nonce).toBe(attempt.nonce)
      const header = { ...someSealedHeader, ...finished.seal }
      const judge = (): void => {
        validateWorkClaim(header)
        validateReplay(header, attempt.exam, evaluation)
      }
      if (finished.kind === 'solved') expect(judge).not.toThrow()
      if (finished.kind === 'missed') {
        expect(judge).toThrowError(expect.objectContaining({ code: 'WORK_CLAIM_ABOVE_TARGET' }))
      }
    }
    expect(kinds).toEqual(new Set(['solved', 'missed']))
  })

  it('are void where the model gives no finite numbers, and an error where it contradicts itself', () => {
    const attempts = createAttempts({ header: someSealedHeader, epochKey, buildExam })
    for (const attempt of attempts.take(1)) {
      const evaluation = evaluator.evaluateOne(examToRequest(attempt.exam))
      expect(attempts.finish(attempt, withWord(evaluation, 1, 0x7f80_0000))).toEqual({ kind: 'void' })
      expect(() => attempts.finish(attempt, withWord(evaluation, 2, 0))).toThrowError(
        expect.objectContaining({ code: 'CONSENSUS_EVALUATION_INCONSISTENT' }),
      )
    }
  })

  it("are graded by the model's own answers", () => {
    const [attempt] = createAttempts({ header: someSealedHeader, epochKey, buildExam }).take(1)
    if (attempt === undefined) throw new Error('no attempt')
    const { exam } = attempt
    const evaluation = evaluator.evaluateOne(examToRequest(exam))
    const graded = gradeExam(exam, evaluation)
    expect(graded.map(({ quiz }) => quiz)).toEqual(exam.quizzes)
    const given = graded.flatMap(({ givenTokens }) => givenTokens)
    expect(given).toEqual(Array.from({ length: 16 }, (_, leaf) => evaluation.words[leaf * 8 + 3]))
    for (const { quiz, givenTokens, isRight, lossMicroNats, tokenLossesMicroNats } of graded) {
      const expected = exam.tokens.slice(quiz.firstAnswerPosition, quiz.firstAnswerPosition + quiz.answerTokens)
      expect(isRight).toBe(givenTokens.join() === expected.join())
      expect(lossMicroNats).toBeGreaterThanOrEqual(0n)
      const sum = tokenLossesMicroNats.reduce((total, loss) => total + loss, 0n)
      const rounding = BigInt(quiz.answerTokens)
      expect(sum - lossMicroNats * rounding).toBeGreaterThanOrEqual(-rounding)
      expect(sum - lossMicroNats * rounding).toBeLessThanOrEqual(rounding)
    }
  })
})
