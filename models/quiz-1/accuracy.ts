/**
 * Measures how well a model answers fresh quizzes inside whole exams.
 * Usage: node --conditions=source accuracy.ts [--quizzes 1000] [--model FILE] [--label TEXT]
 *
 * A quiz counts as right if the arg max is right at every token of its answer, line end included: then greedy decoding
 * gives exactly that answer. The exams come from seeds of another label than those of the training.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createByteVocabulary, createExamBuilder, EXAM_FORMAT_1, QUIZ_FAMILIES_1 } from '@poai/consensus'
import { keccak256, utf8ToBytes } from '@poai/core'
import { type LlamaAnswers, loadLlamaAnswers } from './llama-answers.ts'

/** Right answers of one family among the first quizzes of it that came up. */
interface Tally {
  right: number
  asked: number
}

/** What one run measured. */
interface Accuracy {
  readonly families: ReadonlyMap<string, Tally>
  readonly exams: number
  readonly cpuSeconds: number
}

/** Two-sided 95 % quantile of the normal distribution. */
const Z = 1.96

/** Wilson's interval for a share: holds near 0 and 1 too. */
function confidence({ right, asked }: Tally): readonly [low: number, high: number] {
  const share = right / asked
  const centre = share + (Z * Z) / (2 * asked)
  const reach = Z * Math.sqrt((share * (1 - share)) / asked + (Z * Z) / (4 * asked * asked))
  const scale = 1 + (Z * Z) / asked
  return [(centre - reach) / scale, (centre + reach) / scale]
}

/**
 * Goes through exams until each family was asked `quizzes` times; later quizzes of a family that is done do not count.
 */
async function measure(model: LlamaAnswers, quizzes: number, label: string): Promise<Accuracy> {
  const buildExam = createExamBuilder({
    format: EXAM_FORMAT_1,
    vocabulary: createByteVocabulary(),
    families: QUIZ_FAMILIES_1,
  })
  const families = new Map(QUIZ_FAMILIES_1.map(({ name }): [string, Tally] => [name, { right: 0, asked: 0 }]))
  const start = process.cpuUsage()
  let exams = 0
  while ([...families.values()].some(({ asked }) => asked < quizzes)) {
    const exam = buildExam(keccak256(utf8ToBytes(`${label}/${exams++}`)))
    const given = await model.answer(exam.tokens, exam.answerPositions)
    const isRight = new Map(Array.from(exam.answerPositions, (at, i) => [at, given[i] === exam.tokens[at]]))
    for (const { family, firstAnswerPosition, answerTokens } of exam.quizzes) {
      const tally = families.get(family)
      if (tally === undefined || tally.asked === quizzes) continue
      tally.asked++
      const positions = Array.from({ length: answerTokens }, (_, i) => firstAnswerPosition + i)
      if (positions.every((at) => isRight.get(at))) tally.right++
    }
  }
  const { user, system } = process.cpuUsage(start)
  return { families, exams, cpuSeconds: (user + system) / 1e6 }
}

function formatAccuracy({ families, exams, cpuSeconds }: Accuracy): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
  const lines = ['| family | right | of | exact | 95 % interval |', '| --- | --- | --- | --- | --- |']
  for (const [name, tally] of families) {
    const [low, high] = confidence(tally)
    const { right, asked } = tally
    lines.push(`| ${name} | ${right} | ${asked} | ${percent(right / asked)} | ${percent(low)} - ${percent(high)} |`)
  }
  const all = [...families.values()]
  const shares = all.map(({ right, asked }) => right / asked)
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
  const right = all.reduce((sum, tally) => sum + tally.right, 0)
  const asked = all.reduce((sum, tally) => sum + tally.asked, 0)
  lines.push(
    `| **mean of families** | ${right} | ${asked} | **${percent(mean)}** | worst ${percent(Math.min(...shares))} |`,
  )
  lines.push('', `${exams} exams, ${(exams / cpuSeconds).toFixed(0)} a CPU-second`)
  return lines.join('\n')
}

const { values } = parseArgs({
  options: {
    quizzes: { type: 'string', default: '1000' },
    model: { type: 'string', default: join(import.meta.dirname, 'quiz-1.Q8_0.gguf') },
    label: { type: 'string', default: 'poai/quiz-1/accuracy' },
  },
})
const quizzes = Number(values.quizzes)
if (!Number.isInteger(quizzes) || quizzes < 1) {
  process.stderr.write(`--quizzes: expected a whole number above 0, got ${values.quizzes}\n`)
  process.exit(2)
}
const model = await loadLlamaAnswers(values.model)
process.stdout.write(`${formatAccuracy(await measure(model, quizzes, values.label))}\n`)
await model.close()
