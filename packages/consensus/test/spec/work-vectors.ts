import {
  createByteVocabulary,
  createExamBuilder,
  createMerkleTree,
  createTranscript,
  deriveEpochKey,
  deriveExamSeed,
  EXAM_FORMAT_1,
  type Exam,
  encodeTranscriptLeaf,
  QUIZ_FAMILIES_1,
  RandomStream,
  transcriptLeafHashes,
  workHash,
} from '@poai/consensus'
import { bytesToHex, hash32, sealHash, toAddress, uintToBytes, utf8ToBytes } from '@poai/core'
import { naturalLogarithm } from '../../src/transcript/natural-logarithm.ts'
import { bitsOf, plausibleEvaluation } from '../unit/transcript/plausible-evaluation.ts'
import { someSealedHeader } from '../unit/work/some-header.ts'

/** Recorded attempts: several of each epoch and header. */
const ATTEMPTS = 24
const LOGARITHMS = 48
const TREE_SIZES = [1, 2, 3, 4, 5, 7, 8, 13, 16, 17]

/** floor-like ln of the binary32 with these bits, in units of 2^-48 nats. */
export interface LogarithmVector {
  readonly bits: string
  readonly units: string
}

/** Leaf hashes are keccak256(u32be(index)). */
export interface TreeVector {
  readonly size: number
  readonly root: string
  readonly paths: readonly (readonly string[])[]
}

/** One leaf, with −0 among its numbers: it is hashed as +0. */
export interface LeafVector {
  readonly token: number
  readonly index: number
  /** [answer, maximum, totalWeight, argMax, ...probes], in hexadecimal. */
  readonly words: readonly string[]
  readonly leaf: string
  readonly hash: string
}

/** One attempt from the epoch's seed to the work hash. */
export interface AttemptVector {
  readonly seed: string
  readonly epochIndex: string
  readonly epochKey: string
  readonly sealHash: string
  readonly nonce: string
  readonly examSeed: string
  /** The tokens at the answer positions, and the probes, of the exam that the seed makes. */
  readonly answerTokens: readonly number[]
  readonly probes: readonly number[]
  /** What a model might have said: [answer, maximum, totalWeight, argMax, ...probes] for each leaf, in hexadecimal. */
  readonly words: readonly string[]
  readonly leaves: readonly string[]
  readonly leafHashes: readonly string[]
  readonly transcriptRoot: string
  readonly lossMicroNats: string
  readonly workHash: string
}

/** Everything that the vector file records. */
export interface WorkVectors {
  readonly logarithms: readonly LogarithmVector[]
  readonly trees: readonly TreeVector[]
  readonly leaves: readonly LeafVector[]
  readonly attempts: readonly AttemptVector[]
}

/** Computes the vectors with the code as it stands. */
export function computeWorkVectors(): WorkVectors {
  return {
    logarithms: logarithmVectors(),
    trees: TREE_SIZES.map(treeVector),
    leaves: leafVectors(),
    attempts: attemptVectors(),
  }
}

function vectorHash(label: string): ReturnType<typeof hash32> {
  return hash32(utf8ToBytes(`poai/vectors/${label}`))
}

function logarithmVectors(): readonly LogarithmVector[] {
  const one = bitsOf(1)
  const stream = new RandomStream(vectorHash('logarithm'))
  const edges = [one, one + 1, bitsOf(2) - 1, bitsOf(2), bitsOf(259), 0x7f7f_ffff]
  const drawn = Array.from({ length: LOGARITHMS }, () => one + stream.below(bitsOf(259) - one))
  return [...edges, ...drawn].map((bits) => ({ bits: wordToHex(bits), units: `${naturalLogarithm(bits)}` }))
}

function treeVector(size: number): TreeVector {
  const tree = createMerkleTree(Array.from({ length: size }, (_, index) => hash32(uintToBytes(BigInt(index), 4))))
  return {
    size,
    root: bytesToHex(tree.root),
    paths: Array.from({ length: size }, (_, index) => tree.prove(index).map(bytesToHex)),
  }
}

const buildExam = createExamBuilder({
  format: EXAM_FORMAT_1,
  vocabulary: createByteVocabulary(),
  families: QUIZ_FAMILIES_1,
})

/** −0 as the answer, as the maximum, as a probe, and as several of them. */
function leafVectors(): readonly LeafVector[] {
  const minusZero = 0x8000_0000
  return [[0], [1], [4], [0, 1, 4, 5, 6, 7]].map((places, index) => {
    const exam = buildExam(vectorHash(`leaf/${index}`))
    const perLeaf = 4 + exam.probes.length
    const { words } = plausibleEvaluation(exam, `leaf/${index}`)
    for (const place of places) words[index * perLeaf + place] = minusZero
    return {
      token: tokensOf(exam)[index] as number,
      index,
      words: Array.from(words.subarray(index * perLeaf, (index + 1) * perLeaf), wordToHex),
      leaf: bytesToHex(encodeTranscriptLeaf(exam, { words }, index)),
      hash: bytesToHex(transcriptLeafHashes(exam, { words })[index] as Uint8Array),
    }
  })
}

/** Numbers of the recorded headers: the first block of their epoch, and one more. */
const EPOCH_BLOCKS = 2048n

function attemptVectors(): readonly AttemptVector[] {
  return Array.from({ length: ATTEMPTS }, (_, index) => attemptVector(index))
}

function attemptVector(index: number): AttemptVector {
  const seed = vectorHash(`epoch/${index % 3}`)
  const epochIndex = BigInt(index % 3)
  const beneficiary = toAddress(new Uint8Array(20).fill(index))
  const sealed = sealHash({ ...someSealedHeader, number: epochIndex * EPOCH_BLOCKS + 1n, beneficiary })
  const nonce = index === 0 ? 0n : (1n << 64n) - BigInt(index)
  const epochKey = deriveEpochKey(seed, epochIndex)
  const examSeed = deriveExamSeed({ epochKey, sealHash: sealed, nonce })
  const exam = buildExam(examSeed)
  const evaluation = plausibleEvaluation(exam, `vectors/${index}`)
  const transcript = createTranscript(exam, evaluation)
  if (transcript.kind !== 'finite') throw new RangeError(`vector ${index} is not finite`)
  return {
    seed: bytesToHex(seed),
    epochIndex: `${epochIndex}`,
    epochKey: bytesToHex(epochKey),
    sealHash: bytesToHex(sealed),
    nonce: `${nonce}`,
    examSeed: bytesToHex(examSeed),
    answerTokens: tokensOf(exam),
    probes: [...exam.probes],
    words: Array.from(evaluation.words, wordToHex),
    leaves: Array.from(exam.answerPositions, (_, leaf) => bytesToHex(encodeTranscriptLeaf(exam, evaluation, leaf))),
    leafHashes: transcriptLeafHashes(exam, evaluation).map(bytesToHex),
    transcriptRoot: bytesToHex(transcript.transcriptRoot),
    lossMicroNats: `${transcript.lossMicroNats}`,
    workHash: `0x${workHash(sealed, { ...transcript, nonce })
      .toString(16)
      .padStart(64, '0')}`,
  }
}

function tokensOf(exam: Exam): readonly number[] {
  return Array.from(exam.answerPositions, (position) => exam.tokens[position] as number)
}

function wordToHex(word: number): string {
  return word.toString(16).padStart(8, '0')
}
