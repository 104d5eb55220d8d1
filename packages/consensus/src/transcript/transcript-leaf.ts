import { type Hash32, hash32 } from '@poai/core'
import { canonicalBits } from './binary32.ts'
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

/** RFC 6962: keeps a leaf's preimage from ever being one of an inner node. */
const LEAF_PREFIX = 0x00
const WORD_BYTES = 4

/**
 * What the model said about one answer token: the preimage of a transcript leaf.
 *
 * | offset | bytes | member |
 * | ---: | ---: | --- |
 * | 0 | 1 | 0x00 |
 * | 1 | 4 | index of the leaf, big-endian, from 0 |
 * | 5 | 4 | the exam's token at that answer position, big-endian |
 * | 9 | 4 | the arg max, big-endian: proves the model's own answer too |
 * | 13 | 4 | answer logit, little-endian binary32, as all that follow |
 * | 17 | 4 | maximum |
 * | 21 | 4 | total weight |
 * | 25 | 4 each | probes, in the exam's order |
 *
 * Example: `0x00 00000000 00000034 00000034 0000a041 0000a041 0000c03f` and the probes say that at the first answer
 * position the model was right about token 52 ("1"): its logit 20 is the maximum, and the total weight is 1.5.
 */
export function encodeTranscriptLeaf(exam: AskedTokens, { words }: ExamEvaluation, leaf: number): Uint8Array {
  const start = leaf * wordsPerPosition(exam)
  const bytes = new Uint8Array(1 + WORD_BYTES * (2 + wordsPerPosition(exam)))
  const view = new DataView(bytes.buffer)
  bytes[0] = LEAF_PREFIX
  view.setUint32(1, leaf)
  view.setUint32(5, exam.tokens[exam.answerPositions[leaf] as number] as number)
  view.setUint32(9, words[start + ARG_MAX_WORD] as number)
  const writeBits = (offset: number, word: number): void =>
    view.setUint32(offset, canonicalBits(words[start + word] as number), true)
  writeBits(13, ANSWER_WORD)
  writeBits(17, MAXIMUM_WORD)
  writeBits(21, TOTAL_WEIGHT_WORD)
  for (let probe = 0; probe < exam.probes.length; probe++) writeBits(25 + WORD_BYTES * probe, PROBES_WORD + probe)
  return bytes
}

/** The leaf hashes of an evaluation, in the order of the answer positions. */
export function transcriptLeafHashes(exam: AskedTokens, evaluation: ExamEvaluation): readonly Hash32[] {
  return Array.from(exam.answerPositions, (_, leaf) => hash32(encodeTranscriptLeaf(exam, evaluation, leaf)))
}
