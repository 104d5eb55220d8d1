/**
 * Writes exams for the trainer to standard output, without end, in the binary form drawn in exam-stream.hpp.
 * Usage: node --conditions=source exam-stream.ts LABEL
 * Each line on standard input is a JSON `Mix` and holds from the next exam on.
 */
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import {
  createByteVocabulary,
  createExamBuilder,
  EXAM_FORMAT_1,
  type Exam,
  type ExamBuilder,
  QUIZ_FAMILIES_1,
  type Quiz,
  type QuizFamily,
  RandomStream,
} from '@poai/consensus'
import { keccak256, utf8ToBytes } from '@poai/core'

/** What the trainer wants to see more of. */
interface Mix {
  /** How often each family is listed in the table that the exam builder draws from. */
  readonly repeats: readonly number[]
  /** Percentage of quizzes that are the shortest of three drawn: mostly the easiest. */
  readonly easyPercent: number
  /** Percentage of exams whose salt is cut to a few tokens: attention is relative, so long salts teach little. */
  readonly shortSaltPercent: number
}

const EASY_CANDIDATES = 3
const SHORTEST_SALT = 2
const LONGEST_SHORT_SALT = 14
const EXAMS_PER_WRITE = 16

const vocabulary = createByteVocabulary()
const familyIndex = new Map(QUIZ_FAMILIES_1.map((family, index) => [family.name, index]))

/** The same family with a share of easy quizzes. */
function easeFamily(family: QuizFamily, easyPercent: number): QuizFamily {
  function draw(stream: RandomStream): Quiz {
    const first = family.draw(stream)
    if (!stream.chance(easyPercent, 100)) return first
    let shortest = first
    for (let i = 1; i < EASY_CANDIDATES; i++) {
      const next = family.draw(stream)
      if (next.question.length < shortest.question.length) shortest = next
    }
    return shortest
  }
  return { name: family.name, draw }
}

function createMixedBuilder(mix: Mix): ExamBuilder {
  const families = QUIZ_FAMILIES_1.flatMap((family, index) =>
    Array.from({ length: mix.repeats[index] ?? 1 }, () => easeFamily(family, mix.easyPercent)),
  )
  return createExamBuilder({ format: EXAM_FORMAT_1, vocabulary, families })
}

/** One exam as 16-bit words, `dropped` salt tokens left out. */
function encodeExam(exam: Exam, dropped: number): Uint16Array {
  const begin = vocabulary.begin.length
  const tokens = exam.tokens.filter((_, index) => index < begin || index >= begin + dropped)
  const positions = exam.answerPositions.map((position) => position - dropped)
  const quizzes = exam.quizzes.flatMap((quiz) => [familyIndex.get(quiz.family) ?? 0, quiz.answerTokens])
  return Uint16Array.of(tokens.length, positions.length, exam.quizzes.length, ...tokens, ...positions, ...quizzes)
}

function drawDroppedSalt(stream: RandomStream, exam: Exam, shortSaltPercent: number): number {
  if (!stream.chance(shortSaltPercent, 100)) return 0
  const salt = exam.text.indexOf('\n')
  return Math.max(0, salt - stream.between(SHORTEST_SALT, LONGEST_SHORT_SALT))
}

async function main(label: string): Promise<void> {
  let mix: Mix = { repeats: [], easyPercent: 0, shortSaltPercent: 0 }
  let buildExam = createMixedBuilder(mix)
  createInterface({ input: process.stdin }).on('line', (line) => {
    mix = JSON.parse(line) as Mix
    buildExam = createMixedBuilder(mix)
  })
  process.stdout.on('error', () => process.exit(0))
  for (let counter = 0; ; ) {
    const words: Uint16Array[] = []
    for (let i = 0; i < EXAMS_PER_WRITE; i++) {
      const seed = keccak256(utf8ToBytes(`${label}/${counter++}`))
      const exam = buildExam(seed)
      words.push(encodeExam(exam, drawDroppedSalt(new RandomStream(keccak256(seed)), exam, mix.shortSaltPercent)))
    }
    const chunk = Buffer.concat(words.map((exam) => new Uint8Array(exam.buffer)))
    if (!process.stdout.write(chunk)) await once(process.stdout, 'drain')
    else await new Promise(setImmediate)
  }
}

await main(process.argv[2] ?? 'poai/quiz-1/train')
