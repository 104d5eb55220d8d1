import { RpcError, toQuantity, toWord } from '@poai/api'
import type { ExamJson, TranscriptJson } from '@poai/api/client'
import { claimedWorkHash, encodeTranscriptLeaf, type GradedQuiz, isIncluded } from '@poai/consensus'
import { bytesToHex, equalBytes, sealHash } from '@poai/core'
import type { NamedHeader } from '../chain-view.ts'
import type { AnsweredExam, BlockExam } from '../exams/exam-answers.ts'

function formatWork({ header, hash }: NamedHeader, { seed, epochKey, exam }: BlockExam): Omit<ExamJson, 'quizzes'> {
  const { nonce, lossMicroNats, transcriptRoot } = header
  const seal = sealHash(header)
  return {
    number: toQuantity(header.number),
    hash: bytesToHex(hash),
    examSeed: bytesToHex(seed),
    epochKey: bytesToHex(epochKey),
    sealHash: bytesToHex(seal),
    nonce: toQuantity(nonce),
    lossMicroNats: toQuantity(lossMicroNats),
    transcriptRoot: bytesToHex(transcriptRoot),
    workHash: toWord(claimedWorkHash(header)),
    target: toWord(header.target),
    text: exam.text,
    tokens: exam.tokens.length,
    answerTokens: exam.answerPositions.length,
  }
}

/** The exam of a block, without the model's answers. */
export function formatExam(named: NamedHeader, asked: BlockExam): ExamJson {
  const quizzes = asked.exam.quizzes.map(({ family, question, answer }) => ({ family, question, expected: answer }))
  return { ...formatWork(named, asked), quizzes }
}

/** The exam of a block with the answers of this node's model. */
export function formatAnsweredExam(named: NamedHeader, answered: AnsweredExam): ExamJson {
  const { graded, agrees } = answered
  const right = graded.filter(({ isRight }) => isRight).length
  return {
    ...formatWork(named, answered),
    replayAgrees: agrees,
    right,
    quizzes: graded.map((entry) => formatQuiz(entry, answered)),
  }
}

function formatQuiz(
  { quiz, givenTokens, isRight, lossMicroNats, tokenLossesMicroNats }: GradedQuiz,
  { exam, vocabulary }: BlockExam,
): ExamJson['quizzes'][number] {
  const { family, question, answer, firstAnswerPosition } = quiz
  return {
    family,
    question,
    expected: answer,
    // A right answer ends with its line; what a model says after that is not asked for.
    answer: vocabulary.decode(givenTokens).split('\n', 1)[0] ?? '',
    isRight,
    lossMicroNats: toQuantity(lossMicroNats),
    tokens: givenTokens.map((token, index) => ({
      expected: vocabulary.decode([exam.tokens[firstAnswerPosition + index] ?? 0]),
      given: vocabulary.decode([token]),
      lossMicroNats: toQuantity(tokenLossesMicroNats[index] ?? 0n),
    })),
  }
}

/** What the model said as a transcript: all leaves, or one with the hashes that lead to the root. */
export function formatTranscript(
  { header }: NamedHeader,
  answered: AnsweredExam,
  index: number | undefined,
): TranscriptJson {
  const { exam, evaluation, leaves, tree } = answered
  const shared = {
    root: bytesToHex(tree.root),
    agrees: equalBytes(tree.root, header.transcriptRoot),
    size: leaves.length,
  }
  if (index === undefined) return { ...shared, leaves: leaves.map(bytesToHex) }
  const leafHash = leaves[index]
  if (leafHash === undefined)
    throw new RpcError('invalidParams', `no leaf ${index}: the transcript has ${leaves.length}`)
  const path = tree.prove(index)
  return {
    ...shared,
    index,
    leaf: bytesToHex(encodeTranscriptLeaf(exam, evaluation, index)),
    leafHash: bytesToHex(leafHash),
    path: path.map(bytesToHex),
    isIncluded: isIncluded({ root: header.transcriptRoot, size: leaves.length, index, leafHash, path }),
  }
}
