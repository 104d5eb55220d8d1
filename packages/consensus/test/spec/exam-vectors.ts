import {
  createByteVocabulary,
  createExamBuilder,
  EXAM_FORMAT_1,
  QUIZ_FAMILIES_1,
  type Quiz,
  RandomStream,
} from '@poai/consensus'
import { concatBytes, keccak256, uintToBytes, utf8ToBytes } from '@poai/core'

/** Recorded exams: enough that every family and every branch of a recipe stands in some of them. */
const EXAMS = 64

/** Recorded quizzes of each family, drawn one after another from one stream. */
const QUIZZES = 16

/** Recorded numbers of each bound: with 4-byte words, more than one block. */
const DRAWINGS = 12

/** One bound of each width, and those where words are drawn again most often. */
const BOUNDS = [1, 2, 171, 255, 256, 257, 43_691, 65_536, 65_537, 2_863_311_531, 4_294_967_296]

/** Numbers below a bound, from a stream over `seed`. */
export interface StreamVector {
  readonly seed: string
  readonly below: number
  readonly drawn: readonly number[]
}

/** Quizzes of one family, from a stream over `seed`. */
export interface FamilyVector {
  readonly family: string
  readonly seed: string
  readonly quizzes: readonly Quiz[]
}

/** One exam of `EXAM_FORMAT_1` with the byte vocabulary and `QUIZ_FAMILIES_1`. */
export interface ExamVector {
  readonly seed: string
  readonly text: string
  /** keccak256 of the tokens, each as four big-endian bytes. */
  readonly tokensHash: string
  readonly answerPositions: readonly number[]
  readonly probes: readonly number[]
}

/** Everything that the vector file records. */
export interface ExamVectors {
  readonly streams: readonly StreamVector[]
  readonly families: readonly FamilyVector[]
  readonly exams: readonly ExamVector[]
}

/** Computes the vectors with the code as it stands. */
export function computeExamVectors(): ExamVectors {
  return {
    streams: BOUNDS.map(streamVector),
    families: QUIZ_FAMILIES_1.map((_, index) => familyVector(index)),
    exams: Array.from({ length: EXAMS }, (_, index) => examVector(index)),
  }
}

const buildExam = createExamBuilder({
  format: EXAM_FORMAT_1,
  vocabulary: createByteVocabulary(),
  families: QUIZ_FAMILIES_1,
})

function streamVector(below: number): StreamVector {
  const seed = vectorSeed(`stream/${below}`)
  const stream = new RandomStream(seed)
  return { seed: toHex(seed), below, drawn: Array.from({ length: DRAWINGS }, () => stream.below(below)) }
}

function familyVector(index: number): FamilyVector {
  const family = QUIZ_FAMILIES_1[index]
  if (family === undefined) throw new RangeError(`no family ${index}`)
  const seed = vectorSeed(`family/${family.name}`)
  const stream = new RandomStream(seed)
  return {
    family: family.name,
    seed: toHex(seed),
    quizzes: Array.from({ length: QUIZZES }, () => family.draw(stream)),
  }
}

function examVector(index: number): ExamVector {
  const seed = vectorSeed(`exam/${index}`)
  const exam = buildExam(seed)
  return {
    seed: toHex(seed),
    text: exam.text,
    tokensHash: toHex(keccak256(concatBytes(...Array.from(exam.tokens, (token) => uintToBytes(BigInt(token), 4))))),
    answerPositions: [...exam.answerPositions],
    probes: [...exam.probes],
  }
}

function vectorSeed(label: string): Uint8Array {
  return keccak256(utf8ToBytes(`poai/vectors/${label}`))
}

function toHex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString('hex')}`
}
