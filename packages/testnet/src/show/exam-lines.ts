import type { ExamView, QuizView } from '../nodes/exam-view.ts'
import { BOLD, GREEN, type Paint, RED } from './paint.ts'

/** The exam of a block as lines: what was asked, what is right, what the model said. */
export function examLines(exam: ExamView | undefined, paint: Paint = (text) => text): readonly string[] {
  if (exam === undefined) return []
  const right = exam.quizzes.filter(({ isRight }) => isRight).length
  const title = `Exam of block ${exam.number}: ${right} of ${exam.quizzes.length} right, loss ${exam.lossNats.toFixed(4)} nats a token`
  const widths = {
    question: Math.max(...exam.quizzes.map(({ question }) => printable(question).length)),
    expected: Math.max(...exam.quizzes.map(({ expected }) => printable(expected).length)),
  }
  return [paint(title, BOLD), ...exam.quizzes.map((quiz) => quizLine(quiz, widths, paint))]
}

function quizLine(
  { question, expected, answer, isRight }: QuizView,
  widths: { readonly question: number; readonly expected: number },
  paint: Paint,
): string {
  const text = `  ${printable(question).padEnd(widths.question)}  ${printable(expected).padEnd(widths.expected)}`
  return isRight ? paint(`${text}  right`, GREEN) : paint(`${text}  the model says ${printable(answer)}`, RED)
}

/** What a node or a model wrote, without anything that a terminal would obey. */
function printable(text: string): string {
  return text.replace(/[^\u0020-\u007e]+/g, ' ').trim()
}
