import type { ExamJson } from '@poai/api/client'
import type { VNode } from 'preact'
import { Answered } from '../parts/answered.tsx'
import { BlockTable } from '../parts/block-table.tsx'
import { ExamView } from '../parts/exam-view.tsx'
import { Figure } from '../parts/fields.tsx'
import { Hashrate } from '../parts/hashrate.tsx'
import { WorkStory } from '../parts/work-story.tsx'
import { to } from '../router.ts'
import { blocks, nowMs, settledHead, status } from '../state/live.ts'
import { useAnswer } from '../state/use-answer.ts'
import { ago, count, duration, nats, toNumber } from '../text/show.ts'

const SHOWN = 15

/** What the chain is doing now, and what makes it different. */
export function LivePage(): VNode {
  const [head] = blocks.value
  const node = status.value
  const answer = useAnswer('poai_getExam', [settledHead.value?.hash ?? 'latest'])
  const exam = answer.kind === 'found' ? answer.value : null
  return (
    <>
      <header class="lead">
        <h1>A chain that is mined by a language model</h1>
        <p class="muted">
          Here the proof of work is an exam. Miners have the same small model sit exam after exam. The first whose raw
          results hash low enough makes the next block, and every full node repeats that exam to check it, bit for bit.
        </p>
      </header>
      <section class="figures" aria-label="The chain in numbers">
        <Figure name="Height" value={head && count(head.number)} note={head && ago(head.timestamp, nowMs.value)} />
        <Figure name="Block time" value={spacing()} note="mean of the last 50" />
        <Figure name="Difficulty" value={head && count(head.difficulty)} note="exams a block" />
        <Hashrate node={node} />
        <Figure
          name="Replays"
          value={node && count(node.replays.total)}
          note={node && (node.replays.failed === 0 ? 'all agreed' : `${node.replays.failed} failed`)}
        />
        <Figure
          name="Peers"
          value={node && count(node.peers)}
          note={node && `${count(node.mempool.pending)} pending transactions`}
        />
      </section>
      {exam === null ? null : <WorkStory exam={exam} node={node} />}
      <div class="columns">
        <section class="card" aria-labelledby="blocks">
          <h2 id="blocks">Newest blocks</h2>
          {head === undefined ? (
            <p class="muted">Waiting for the first block…</p>
          ) : (
            <BlockTable blocks={blocks.value.slice(0, SHOWN)} />
          )}
        </section>
        <section class="card" aria-labelledby="exam">
          <h2 id="exam">The newest exam</h2>
          <Answered answer={answer}>
            {(found) =>
              found === null ? <p class="muted">The genesis block has no exam.</p> : <NewestExam exam={found} />
            }
          </Answered>
        </section>
      </div>
    </>
  )
}

function NewestExam({ exam }: { readonly exam: ExamJson }): VNode {
  const number = toNumber(exam.number)
  return (
    <>
      <ExamView exam={exam} />
      <p>
        Loss <strong>{nats(exam.lossMicroNats)}</strong> nats a token.{' '}
        <a href={to('block', number)}>Look into block {number}</a>
      </p>
    </>
  )
}

function spacing(): string {
  const recent = blocks.value.slice(0, 51)
  const [newest, oldest] = [recent[0], recent.at(-1)]
  if (newest === undefined || oldest === undefined || recent.length < 2) return '…'
  // Nobody mined the genesis block, so its time says nothing.
  const first = toNumber(oldest.number) === 0 ? recent.at(-2) : oldest
  if (first === undefined || first.hash === newest.hash) return '…'
  const seconds = toNumber(newest.timestamp) - toNumber(first.timestamp)
  return duration(seconds / (toNumber(newest.number) - toNumber(first.number)))
}
