import { addition } from './families/addition.ts'
import { calendar } from './families/calendar.ts'
import { comparison } from './families/comparison.ts'
import { count } from './families/count.ts'
import { extremes } from './families/extremes.ts'
import { logic } from './families/logic.ts'
import { modulo } from './families/modulo.ts'
import { multiplication } from './families/multiplication.ts'
import { pattern } from './families/pattern.ts'
import { reverse } from './families/reverse.ts'
import { sequence } from './families/sequence.ts'
import { sort } from './families/sort.ts'
import { subtraction } from './families/subtraction.ts'
import { wordProblem } from './families/word-problem.ts'
import type { QuizFamily } from './quiz-family.ts'

/** The quiz families of the first exams. The order is a rule: a family is drawn by its index. */
export const QUIZ_FAMILIES_1: readonly QuizFamily[] = [
  addition,
  subtraction,
  multiplication,
  modulo,
  comparison,
  extremes,
  sequence,
  logic,
  reverse,
  count,
  sort,
  calendar,
  wordProblem,
  pattern,
]
