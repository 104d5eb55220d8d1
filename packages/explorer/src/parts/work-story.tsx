import type { ExamJson, NodeStatusJson } from '@poai/api/client'
import type { Hex } from '@poai/core'
import type { ComponentChildren, VNode } from 'preact'
import { to } from '../router.ts'
import { count, nats, short, toNumber } from '../text/show.ts'

/** How a block is made, with the numbers of a real one. */
export function WorkStory({
  exam,
  node,
}: {
  readonly exam: ExamJson
  readonly node: NodeStatusJson | undefined
}): VNode {
  const number = toNumber(exam.number)
  const { total, failed } = node?.replays ?? { total: 0, failed: 0 }
  const families = [...new Set(exam.quizzes.map(({ family }) => family))]
  return (
    <section class="card story" aria-labelledby="story">
      <div class="title">
        <h2 id="story">
          How <a href={to('block', number)}>block {count(number)}</a> was made
        </h2>
        <span class="muted">one attempt in {count(expectedAttempts(exam))} is this good</span>
      </div>
      <ol class="steps">
        <Step name="An exam is drawn" value={short(exam.examSeed)} isHash>
          The header and a nonce give a seed, the seed gives {exam.quizzes.length} quizzes: {families.join(', ')}.
        </Step>
        <Step
          name="A model takes it"
          value={exam.right === undefined ? '–' : `${exam.right} of ${exam.quizzes.length}`}
        >
          {exam.right === undefined ? 'This node has no model to tell how well. ' : 'answers right, '}
          {nats(exam.lossMicroNats)} nats of surprise a token.
        </Step>
        <Step name="Its numbers are hashed" value={short(exam.transcriptRoot)} isHash>
          What counts is not the answers but all the model’s raw scores at {exam.answerTokens} tokens, to the last bit.
        </Step>
        <Step name="A low hash wins" value={short(exam.workHash)} isHash>
          <HashScale exam={exam} />
        </Step>
        <Step name="Everyone repeats it" value={exam.replayAgrees === false ? 'differs' : `${count(total)} replays`}>
          {failed === 0
            ? 'by this node, and each gave the same bits as the miner’s.'
            : `by this node, of which ${count(failed)} differed: those blocks were rejected.`}
        </Step>
      </ol>
    </section>
  )
}

function Step({
  name,
  value,
  isHash = false,
  children,
}: {
  readonly name: string
  readonly value: string
  readonly isHash?: boolean
  readonly children: ComponentChildren
}): VNode {
  return (
    <li>
      <h3>{name}</h3>
      <p class={isHash ? 'value mono' : 'value'}>{value}</p>
      <div class="muted says">{children}</div>
    </li>
  )
}

/** How far below its target the block's work hash is. */
function HashScale({ exam: { workHash, target } }: { readonly exam: ExamJson }): VNode {
  const share = Number((BigInt(workHash) * 1000n) / BigInt(target)) / 1000
  const at = Math.min(1, share) * 100
  return (
    <>
      <svg class="scale" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect class="room" x="0" y="2" width="100" height="4" rx="2" />
        <rect class="taken" x="0" y="2" width={at} height="4" rx="2" />
      </svg>
      It is at {Math.round(at)} % of the target, which it must not exceed.
    </>
  )
}

const HASHES = 1n << 256n

function expectedAttempts({ target }: { readonly target: Hex }): bigint {
  return HASHES / (BigInt(target) + 1n)
}
