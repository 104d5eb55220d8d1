import {
  blockPlace,
  count,
  type Method,
  MODEL_PASS_COST,
  method,
  optional,
  orNull,
  RpcError,
  required,
  requirePart,
  SCHEMAS,
  toQuantity,
  toWord,
} from '@poai/api'
import { claimedWorkHash, encodeTranscriptLeaf, type GradedQuiz, isIncluded } from '@poai/consensus'
import { bytesToHex, equalBytes, type JsonValue, RuleError, sealHash } from '@poai/core'
import type { NamedHeader } from '../../chain-view.ts'
import type { AnsweredExam, BlockExam, ExamDesk } from '../../exams/exam-desk.ts'
import type { MethodContext } from '../method-context.ts'

/** What blocks were worked for: their exams, the model's answers, and the proof that it gave them. */
export function examMethods(context: MethodContext, desk: ExamDesk): readonly Method[] {
  const { view, verifier, clock } = context
  return [
    method({
      name: 'poai_getExam',
      summary: 'The exam of a block, the expected answers, and the answers of this node’s model, token by token',
      cost: MODEL_PASS_COST,
      params: [required('block', blockPlace)],
      result: orNull(SCHEMAS.exam),
      run: async ([place]) => {
        const named = view.header(place)
        if (named === undefined || named.header.number === 0n) return null
        if (desk.hasModel) return showAnswered(named, await desk.answer(named))
        return showExam(named, desk.examOf(named))
      },
    }),
    method({
      name: 'poai_getTranscript',
      summary: 'The leaves of a block’s transcript; with an index, that leaf with the hashes that lead to the root',
      cost: MODEL_PASS_COST,
      params: [required('block', blockPlace), optional('leaf', count)],
      result: orNull(SCHEMAS.transcript),
      run: async ([place, leaf]) => {
        const named = view.header(place)
        if (named === undefined || named.header.number === 0n) return null
        return showTranscript(named, await desk.answer(named), leaf)
      },
    }),
    method({
      name: 'poai_verifyBlock',
      summary: 'Replays a block’s exam on this node now, and says whether its work is what it claims',
      cost: MODEL_PASS_COST,
      params: [required('block', blockPlace)],
      result: SCHEMAS.verdict,
      run: async ([place], { signal }) => {
        const named = view.requireHeader(place)
        const judge = requirePart(verifier, 'model: it cannot replay')
        const { epochKey } = desk.examOf(named)
        const startedMs = clock.nowMs()
        const verdict = await judge.verify(named.header, { epochKey, signal }).then(
          (): JsonValue => ({ valid: true }),
          (error: unknown): JsonValue => {
            if (!(error instanceof RuleError)) throw error
            return { valid: false, code: error.code, reason: error.message }
          },
        )
        const milliseconds = Math.max(0, clock.nowMs() - startedMs)
        return { block: bytesToHex(named.hash), ...(verdict as { readonly [key: string]: JsonValue }), milliseconds }
      },
    }),
  ]
}

type JsonObject = { readonly [key: string]: JsonValue }

function showWork({ header, hash }: NamedHeader, { seed, epochKey, exam }: BlockExam): JsonObject {
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

/** Without the model’s answers. */
function showExam(named: NamedHeader, asked: BlockExam): JsonObject {
  const quizzes = asked.exam.quizzes.map(({ family, question, answer }) => ({ family, question, expected: answer }))
  return { ...showWork(named, asked), quizzes }
}

function showAnswered(named: NamedHeader, answered: AnsweredExam): JsonObject {
  const { graded, agrees } = answered
  const right = graded.filter(({ isRight }) => isRight).length
  return {
    ...showWork(named, answered),
    replayAgrees: agrees,
    right,
    quizzes: graded.map((entry) => showQuiz(entry, answered)),
  }
}

function showQuiz(
  { quiz, givenTokens, isRight, lossMicroNats, tokenLossesMicroNats }: GradedQuiz,
  { exam, vocabulary }: BlockExam,
): JsonObject {
  const { family, question, answer, firstAnswerPosition } = quiz
  return {
    family,
    question,
    expected: answer,
    // A right answer ends with its line; what a model says behind that is not asked for.
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

function showTranscript({ header }: NamedHeader, answered: AnsweredExam, index: number | undefined): JsonObject {
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
