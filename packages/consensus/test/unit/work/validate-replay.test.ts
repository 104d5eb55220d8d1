import { createTranscript, deriveExamSeed, type ExamEvaluation, examToRequest, validateReplay } from '@poai/consensus'
import { bytesToHex, type Header, type RuleCode, RuleError, sealHash, toAddress, toHash32 } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { withWord } from '../transcript/plausible-evaluation.ts'
import { ScriptedEvaluator } from './scripted-evaluator.ts'
import { someSealedHeader } from './some-header.ts'
import { buildExam, epochKey, mineScripted } from './some-network.ts'

/** Every claim meets this target, so that the replay decides. */
const OPEN_TARGET = (1n << 256n) - 1n

const evaluator = new ScriptedEvaluator()
const mined = mineScripted({ ...someSealedHeader, target: OPEN_TARGET })

function replay(header: Header, change: (evaluation: ExamEvaluation) => ExamEvaluation = (same) => same): void {
  const exam = buildExam(deriveExamSeed({ epochKey, sealHash: sealHash(header), nonce: header.nonce }))
  validateReplay(header, exam, change(evaluator.evaluateOne(examToRequest(exam))))
}

function codeOf(check: () => void): RuleCode | 'passes' {
  try {
    check()
    return 'passes'
  } catch (error) {
    if (error instanceof RuleError) return error.code
    throw error
  }
}

describe('replay', () => {
  it('agrees with an honest header', () => {
    expect(codeOf(() => replay(mined))).toBe('passes')
    expect(codeOf(() => replay(mineScripted(someSealedHeader)))).toBe('passes')
  })

  it.each([
    ['a loss of one micro-nat more', { lossMicroNats: mined.lossMicroNats + 1n }],
    ['a loss of one micro-nat less', { lossMicroNats: mined.lossMicroNats - 1n }],
  ])('rejects %s', (_name, change) => {
    expect(codeOf(() => replay({ ...mined, ...change }))).toBe('WORK_LOSS_MISMATCH')
  })

  it('rejects a transcript root with any one bit changed', () => {
    for (let bit = 0; bit < 256; bit++) {
      const byte = bit >> 3
      const transcriptRoot = toHash32(
        mined.transcriptRoot.with(byte, (mined.transcriptRoot[byte] as number) ^ (1 << (bit & 7))),
      )
      expect(
        codeOf(() => replay({ ...mined, transcriptRoot })),
        `bit ${bit}`,
      ).toBe('WORK_TRANSCRIPT_MISMATCH')
    }
  })

  it('rejects the neighbouring nonces', () => {
    const later = mineScripted({ ...someSealedHeader, target: OPEN_TARGET }, 5n)
    for (const nonce of [4n, 6n]) {
      expect(codeOf(() => replay({ ...later, nonce }))).toBe('WORK_TRANSCRIPT_MISMATCH')
    }
  })

  it.each([
    ['another beneficiary', { beneficiary: toAddress(new Uint8Array(20).fill(0x66)) }],
    ['another parent', { parentHash: toHash32(new Uint8Array(32).fill(1)) }],
    ['another height', { number: mined.number + 2n, nonce: mined.nonce + 1n }],
    ['other transactions', { transactionsRoot: toHash32(new Uint8Array(32).fill(2)) }],
    ['another state', { stateRoot: toHash32(new Uint8Array(32).fill(3)) }],
    ['another time', { timestamp: mined.timestamp + 1n }],
    ['an easier target', { target: OPEN_TARGET - 1n }],
    ['other extra data', { extraData: new Uint8Array(1) }],
  ])('rejects a seal stolen for %s', (_name, change) => {
    expect(codeOf(() => replay({ ...mined, ...change }))).toBe('WORK_TRANSCRIPT_MISMATCH')
  })

  it('rejects the work of another epoch', () => {
    const exam = buildExam(deriveExamSeed({ epochKey: sealHash(mined), sealHash: sealHash(mined), nonce: mined.nonce }))
    const evaluation = evaluator.evaluateOne(examToRequest(exam))
    expect(codeOf(() => validateReplay(mined, exam, evaluation))).toBe('WORK_TRANSCRIPT_MISMATCH')
  })

  it('rejects a block whose exam has no finite evaluation', () => {
    expect(codeOf(() => replay(mined, (evaluation) => withWord(evaluation, 9, 0x7f80_0000)))).toBe('WORK_NOT_FINITE')
    expect(codeOf(() => replay(mined, (evaluation) => withWord(evaluation, 4, 0x7fc0_0000)))).toBe('WORK_NOT_FINITE')
  })

  it('does not blame the block for an engine that contradicts itself', () => {
    const impossible = (evaluation: ExamEvaluation): ExamEvaluation => withWord(evaluation, 2, 0x3f00_0000)
    expect(() => replay(mined, impossible)).toThrowError(
      expect.objectContaining({ code: 'CONSENSUS_EVALUATION_INCONSISTENT' }),
    )
  })

  it('says what this node computed and what the header claims', () => {
    const exam = buildExam(deriveExamSeed({ epochKey, sealHash: sealHash(mined), nonce: mined.nonce }))
    const transcript = createTranscript(exam, evaluator.evaluateOne(examToRequest(exam)))
    if (transcript.kind !== 'finite') throw new Error('the scripted evaluation is finite')
    const wrong = toHash32(new Uint8Array(32).fill(9))
    expect(() => replay({ ...mined, transcriptRoot: wrong })).toThrowError(
      expect.objectContaining({ expected: bytesToHex(transcript.transcriptRoot), actual: bytesToHex(wrong) }),
    )
    expect(() => replay({ ...mined, lossMicroNats: 1n })).toThrowError(
      expect.objectContaining({ expected: transcript.lossMicroNats, actual: 1n }),
    )
  })
})
