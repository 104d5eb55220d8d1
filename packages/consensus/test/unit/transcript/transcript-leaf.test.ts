import { bytesToHex, hex } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { createTranscript } from '../../../src/transcript/create-transcript.ts'
import { wordsPerPosition } from '../../../src/transcript/exam-evaluation.ts'
import { createMerkleTree } from '../../../src/transcript/merkle-tree.ts'
import { encodeTranscriptLeaf, transcriptLeafHashes } from '../../../src/transcript/transcript-leaf.ts'
import { bitsOf, plausibleEvaluation, someExam, withWord } from './plausible-evaluation.ts'

const exam = someExam('transcript leaf')
const evaluation = plausibleEvaluation(exam)
const STRIDE = wordsPerPosition(exam)

describe('transcript leaf', () => {
  it('is laid out as documented', () => {
    const token = exam.tokens[exam.answerPositions[1] as number] as number
    const words = Uint32Array.from(evaluation.words)
    words.set([bitsOf(-2.5), bitsOf(20), bitsOf(1.5), 52, 1, 0x8000_0000, bitsOf(-1), 0x0102_0304], STRIDE)
    const tokenHex = token.toString(16).padStart(8, '0')
    const expected = `0x00${'00000001'}${tokenHex}${'00000034'}${'000020c0'}${'0000a041'}${'0000c03f'}${'01000000'}${'00000000'}${'000080bf'}${'04030201'}`
    expect(bytesToHex(encodeTranscriptLeaf(exam, { words }, 1))).toBe(expected)
    expect(hex(expected as `0x${string}`)).toHaveLength(41)
  })

  it('changes with every bit of every member, and so does the root', () => {
    const leaf = 5
    const before = bytesToHex(encodeTranscriptLeaf(exam, evaluation, leaf))
    const root = bytesToHex(createMerkleTree(transcriptLeafHashes(exam, evaluation)).root)
    for (let member = 0; member < STRIDE; member++) {
      for (let bit = 0; bit < 32; bit++) {
        const at = leaf * STRIDE + member
        const word = ((evaluation.words[at] as number) ^ (1 << bit)) >>> 0
        if (word === 0x8000_0000 || word === 0) continue
        const changed = withWord(evaluation, at, word)
        expect(bytesToHex(encodeTranscriptLeaf(exam, changed, leaf)), `member ${member} bit ${bit}`).not.toBe(before)
        expect(bytesToHex(createMerkleTree(transcriptLeafHashes(exam, changed)).root)).not.toBe(root)
      }
    }
  })

  it('changes with the index and the token', () => {
    const words = Uint32Array.from(evaluation.words)
    words.copyWithin(STRIDE, 0, STRIDE)
    expect(encodeTranscriptLeaf(exam, { words }, 0)).not.toEqual(encodeTranscriptLeaf(exam, { words }, 1))
    const position = exam.answerPositions[0] as number
    const other = { ...exam, tokens: exam.tokens.with(position, ((exam.tokens[position] as number) + 1) % 259) }
    expect(encodeTranscriptLeaf(other, evaluation, 0)).not.toEqual(encodeTranscriptLeaf(exam, evaluation, 0))
  })

  it('has one zero, but keeps the arg max as it is', () => {
    const zero = withWord(evaluation, STRIDE + 4, 0)
    const minusZero = withWord(evaluation, STRIDE + 4, 0x8000_0000)
    expect(encodeTranscriptLeaf(exam, minusZero, 1)).toEqual(encodeTranscriptLeaf(exam, zero, 1))
    const strange = withWord(evaluation, STRIDE + 3, 0x8000_0000)
    expect(encodeTranscriptLeaf(exam, strange, 1)).not.toEqual(
      encodeTranscriptLeaf(exam, withWord(evaluation, STRIDE + 3, 0), 1),
    )
  })

  it('order is part of the root', () => {
    const [first, second, ...rest] = transcriptLeafHashes(exam, evaluation)
    if (first === undefined || second === undefined) throw new Error('too few leaves')
    expect(createMerkleTree([second, first, ...rest]).root).not.toEqual(
      createMerkleTree(transcriptLeafHashes(exam, evaluation)).root,
    )
  })

  it('makes the root of the transcript', () => {
    expect(createTranscript(exam, evaluation)).toMatchObject({
      kind: 'finite',
      transcriptRoot: createMerkleTree(transcriptLeafHashes(exam, evaluation)).root,
    })
  })
})
