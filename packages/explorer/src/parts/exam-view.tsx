import type { ExamJson, ExamTokenJson, QuizJson } from '@poai/api/client'
import type { VNode } from 'preact'
import { nats, toNumber, visible } from '../text/show.ts'

/**
 * Losses at which a token's colour gets hotter, in nats. They grow by powers, since a model that knows an answer is
 * hardly surprised at all.
 */
const STEPS_NATS = [0.0001, 0.001, 0.01, 0.1, 0.5, 2] as const

/** How surprised the model was, from 0 to 6. */
function heatOf({ lossMicroNats }: ExamTokenJson): number {
  const loss = toNumber(lossMicroNats) / 1e6
  return STEPS_NATS.filter((step) => loss >= step).length
}

/** An exam: the questions, the expected answers beside the model's, and its surprise at each token. */
export function ExamView({ exam }: { readonly exam: ExamJson }): VNode {
  return (
    <div class="exam">
      {exam.quizzes.map((quiz, index) => (
        <QuizView key={`${exam.hash}-${index}`} quiz={quiz} />
      ))}
      {exam.right === undefined ? null : <Legend />}
    </div>
  )
}

function Legend(): VNode {
  return (
    <p class="legend muted">
      <span>surprise at a token, in nats: none</span>
      {['0', ...STEPS_NATS].map((from, step) => (
        <span key={from} class={`swatch heat-${step}`} title={`from ${from} nats`} />
      ))}
      <span>{STEPS_NATS.at(-1)} or more</span>
    </p>
  )
}

function QuizView({ quiz }: { readonly quiz: QuizJson }): VNode {
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
