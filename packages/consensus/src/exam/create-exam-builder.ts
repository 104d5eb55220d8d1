import { ExamError } from './exam-error.ts'
import { type ExamFormat, framingTokens, validateExamFormat } from './exam-format.ts'
import type { ExamVocabulary } from './exam-vocabulary.ts'
import type { QuizFamily } from './quiz-family.ts'
import { RandomStream } from './random-stream.ts'

/** A quiz as it stands in an exam. */
export interface ExamQuiz {
  /** Name of the family it was drawn from. */
  readonly family: string
  readonly question: string
  readonly answer: string
  /** Index in the exam's tokens of the first token of the answer part. */
  readonly firstAnswerPosition: number
  /** Tokens of the answer part, line end included. */
  readonly answerTokens: number
}

/** What one attempt evaluates. Only the seed, the format, the vocabulary and the families decide it. */
export interface Exam {
  /** Exactly `format.tokens` tokens. The last one, a line end, is only predicted: it need not be fed. */
  readonly tokens: Uint32Array
  /** Indexes of the tokens to predict, ascending; the logits that predict the token at `p` come out at `p - 1`. */
  readonly answerPositions: Uint32Array
  /** Distinct tokens whose logits go into every transcript leaf, in the order drawn. */
  readonly probes: Uint32Array
  readonly quizzes: readonly ExamQuiz[]
  /** The exam for people: salt line and quizzes, without the tokens that open the sequence. */
  readonly text: string
}

/** What exams are made of. */
export interface ExamBuilderOptions {
  readonly format: ExamFormat
  readonly vocabulary: ExamVocabulary
  /** Each entry has the same chance; an entry may be listed more than once. */
  readonly families: readonly QuizFamily[]
}

/** Builds the exam of a 32-byte seed. */
export type ExamBuilder = (seed: Uint8Array) => Exam

interface DrawnQuiz {
  readonly family: string
  readonly question: string
  readonly answer: string
  readonly questionPart: readonly number[]
  readonly answerPart: readonly number[]
}

interface DrawnQuizzes {
  readonly quizzes: readonly DrawnQuiz[]
  readonly tokens: number
}

/**
 * Checks the options once and returns the function from seeds to exams; throws an `ExamError` for options that cannot
 * work.
 */
export function createExamBuilder(options: ExamBuilderOptions): ExamBuilder {
  validateExamFormat(options.format, options.vocabulary)
  if (options.families.length === 0) {
    throw new ExamError('CONSENSUS_EXAM_FAMILIES_INVALID', 'quiz families', {
      expected: 'at least one',
      actual: 'none',
    })
  }
  return (seed) => buildExam(seed, options)
}

/** The order of the drawings is a rule: quizzes (all attempts), then probes, then salt. */
function buildExam(seed: Uint8Array, options: ExamBuilderOptions): Exam {
  const { format, vocabulary } = options
  const stream = new RandomStream(seed)
  const room = format.tokens - framingTokens(vocabulary) - format.minSaltTokens
  const drawn = drawFittingQuizzes(stream, room, options)
  const probes = drawProbes(stream, format.probes, vocabulary.size)
  return layOut(stream, drawn, probes, options)
}

/** Starts over until the quizzes leave room for the shortest salt line. The stream's bound ends it if they never do. */
function drawFittingQuizzes(stream: RandomStream, room: number, options: ExamBuilderOptions): DrawnQuizzes {
  for (;;) {
    const drawn = drawQuizzes(stream, options)
    if (drawn.tokens <= room) return drawn
  }
}

/** Draws quizzes until their answer parts fill the format's answer tokens exactly. */
function drawQuizzes(stream: RandomStream, { format, vocabulary, families }: ExamBuilderOptions): DrawnQuizzes {
  const quizzes: DrawnQuiz[] = []
  let tokens = 0
  let left = format.answerTokens
  while (left > 0) {
    const family = stream.pick(families)
    const { question, answer } = family.draw(stream)
    const answerPart = vocabulary.encode(`${answer}\n`)
    // One token can never be filled: the shortest answer part is a character and its line end.
    if (answerPart.length > left || left - answerPart.length === 1) continue
    const questionPart = vocabulary.encode(`Q: ${question}\nA: `)
    quizzes.push({ family: family.name, question, answer, questionPart, answerPart })
    tokens += questionPart.length + answerPart.length
    left -= answerPart.length
  }
  return { quizzes, tokens }
}

function drawProbes(stream: RandomStream, count: number, vocabularySize: number): Uint32Array {
  const probes: number[] = []
  while (probes.length < count) {
    const token = stream.below(vocabularySize)
    if (!probes.includes(token)) probes.push(token)
  }
  return Uint32Array.from(probes)
}

function layOut(
  stream: RandomStream,
  drawn: DrawnQuizzes,
  probes: Uint32Array,
  { format, vocabulary }: ExamBuilderOptions,
): Exam {
  const tokens = new Uint32Array(format.tokens)
  const answerPositions = new Uint32Array(format.answerTokens)
  const quizzes: ExamQuiz[] = []
  let text = ''
  let length = 0
  for (const token of vocabulary.begin) tokens[length++] = token
  const saltEnd = format.tokens - drawn.tokens - 1
  while (length < saltEnd) {
    const symbol = stream.pick(vocabulary.saltSymbols)
    tokens[length++] = symbol.token
    text += symbol.text
  }
  tokens[length++] = vocabulary.newline
  text += '\n'
  let answered = 0
  for (const { family, question, answer, questionPart, answerPart } of drawn.quizzes) {
    for (const token of questionPart) tokens[length++] = token
    quizzes.push({ family, question, answer, firstAnswerPosition: length, answerTokens: answerPart.length })
    for (const token of answerPart) {
      answerPositions[answered++] = length
      tokens[length++] = token
    }
    text += `Q: ${question}\nA: ${answer}\n`
  }
  return { tokens, answerPositions, probes, quizzes, text }
}
