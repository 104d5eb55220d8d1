import type { ExamJson, QuizJson } from '@poai/api/client'
import { formatNats } from '../terminal/format-quantity.ts'
import { printable } from '../terminal/printable.ts'
import { BOLD, GREEN, type Paint, RED } from './paint.ts'

/** The exam of a block as lines: the questions, the right answers, and the model's answers. */
export function examLines(exam: ExamJson | undefined, paint: Paint = (text) => text): readonly string[] {
  if (exam === undefined || exam.quizzes.length === 0) return []
  const right = exam.quizzes.filter(({ isRight }) => isRight).length
  const score = `${right} of ${exam.quizzes.length} right, loss ${formatNats(exam.lossMicroNats)} nats a token`
  const title = `Exam of block ${Number(exam.number)}: ${score}`
  const widths = {
    question: Math.max(...exam.quizzes.map(({ question }) => printable(question).length)),
    expected: Math.max(...exam.quizzes.map(({ expected }) => printable(expected).length)),
  }
  return [paint(title, BOLD), ...exam.quizzes.map((quiz) => quizLine(quiz, widths, paint))]
}

function quizLine(
  { question, expected, answer = '', isRight }: QuizJson,
  widths: { readonly question: number; readonly expected: number },
  paint: Paint,
): string {
  const text = `  ${printable(question).padEnd(widths.question)}  ${printable(expected).padEnd(widths.expected)}`
  return isRight ? paint(`${text}  right`, GREEN) : paint(`${text}  the model says ${printable(answer)}`, RED)
}
