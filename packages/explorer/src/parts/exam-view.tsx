import type { VNode } from 'preact'
import type { Exam, ExamToken, Quiz } from '../rpc/answers.ts'
import { nats, toNumber, visible } from '../text/show.ts'

/** Losses above this, in nats, are as hot as can be. */
const HOTTEST_NATS = 3
const STEPS = 6

/** How surprised the model was, from 0 to 6. */
function heatOf({ lossMicroNats }: ExamToken): number {
  return Math.min(STEPS, Math.ceil((toNumber(lossMicroNats) / 1e6 / HOTTEST_NATS) * STEPS))
}

/** An exam: questions, expected answers and the model's side by side, and its surprise at each token. */
export function ExamView({ exam }: { readonly exam: Exam }): VNode {
  return (
    <div class="exam">
      {exam.quizzes.map((quiz, index) => (
        <QuizView key={`${exam.hash}-${index}`} quiz={quiz} />
      ))}
    </div>
  )
}

function QuizView({ quiz }: { readonly quiz: Quiz }): VNode {
  const { family, question, expected, answer, isRight, tokens = [], lossMicroNats } = quiz
  return (
    <article class="quiz">
      <header>
        <span class="tag">{family}</span>
        {lossMicroNats === undefined ? null : <span class="muted">{nats(lossMicroNats)} nats a token</span>}
      </header>
      <p class="question mono">{question}</p>
      <div class="answers">
        <p>
          <span class="muted">expected</span> <span class="mono">{expected}</span>
        </p>
        {answer === undefined ? null : (
          <p class={isRight === true ? 'right' : 'wrong'}>
            <span class="muted">the model</span> <span class="mono">{answer}</span>{' '}
            <span>{isRight === true ? '✓ right' : '✗ wrong'}</span>
          </p>
        )}
      </div>
      {tokens.length === 0 ? null : (
        <ol class="heat" aria-label="Surprise at each token of the answer, in nats">
          {tokens.map((token, index) => (
            <li
              key={`${index}`}
              class={`mono heat-${heatOf(token)}`}
              title={`${nats(token.lossMicroNats)} nats; the model says ${visible(token.given)}`}
            >
              {visible(token.expected)}
            </li>
          ))}
        </ol>
      )}
    </article>
  )
}
