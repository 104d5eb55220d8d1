import type { VNode } from 'preact'
import { Answered } from '../parts/answered.tsx'
import { Figure } from '../parts/fields.tsx'
import { Plot } from '../parts/plot.tsx'
import { Scroll } from '../parts/scroll.tsx'
import type { Accuracy, Header } from '../rpc/answers.ts'
import { blocks, status } from '../state/live.ts'
import { readStatus } from '../state/read-status.ts'
import { type Answer, useAnswer } from '../state/use-answer.ts'
import { count, nats, toNumber } from '../text/show.ts'

/** Blocks whose exams are graded: each costs the node a pass of the model. */
const GRADED = 60
/** The plot of answers moves on by steps, so that the node is not asked with every block. */
const GRADE_EVERY = 10

/** Blocks that a mean is taken of. */
const MEAN_OF = 10

/** Difficulty, spacing, and how well the model answers. */
export function MiningPage(): VNode {
  const node = readStatus(status.value)
  const known = blocks.value.filter((block) => toNumber(block.number) > 0).toReversed()
  const head = toNumber(known.at(-1)?.number)
  const numbers = known.map((block) => toNumber(block.number))
  const params = useAnswer<{ readonly difficulty?: { readonly spacingSeconds?: number } }>('poai_networkParams', [])
  const wanted = params.kind === 'found' ? Number(params.value.difficulty?.spacingSeconds ?? 0) : 0
  const spacings = known.map((block, index) => {
    const before = known[index - 1]
    return before === undefined ? null : toNumber(block.timestamp) - toNumber(before.timestamp)
  })
  const to = Math.max(1, head - (head % GRADE_EVERY))
  const accuracy = useAnswer<Accuracy>('poai_getAccuracy', [
    `0x${Math.max(1, to - GRADED + 1).toString(16)}`,
    `0x${to.toString(16)}`,
  ])
  return (
    <>
      <h1>Mining</h1>
      <section class="figures" aria-label="This node’s miner">
        <Figure name="This node tries" value={`${node.attemptsPerSecond.toFixed(0)} / s`} note={node.minerState} />
        <Figure name="Tokens" value={`${count(Math.round(node.tokensPerSecond))} / s`} note="through the model" />
        <Figure name="Difficulty" value={count(Math.round(node.difficulty))} note="attempts a block" />
        <Figure name="Wanted" value={wanted === 0 ? '…' : `${wanted} s`} note="from block to block" />
      </section>
      <div class="columns">
        <section class="card">
          <Plot
            title="Difficulty"
            unit="attempts"
            at={numbers}
            lines={[
              {
                label: 'Asked by the rule',
                values: known.map((block) => toNumber(block.difficulty)),
                colour: 'accent',
              },
              {
                label: 'Done by the miners in the wanted time',
                values: doneWork(known, wanted),
                colour: 'good',
                isDotted: true,
              },
            ]}
          />
        </section>
        <section class="card">
          <Plot
            title="Spacing"
            unit="s"
            at={numbers}
            lines={[
              { label: 'Block', values: spacings, colour: 'faint', isScattered: true },
              { label: `Mean of ${MEAN_OF}`, values: rollingMean(spacings, MEAN_OF), colour: 'accent' },
              {
                label: 'Wanted',
                values: known.map(() => (wanted === 0 ? null : wanted)),
                colour: 'good',
                isDotted: true,
              },
            ]}
          />
        </section>
        <section class="card">
          <Plot
            title="Loss"
            unit="nats a token"
            at={numbers}
            lines={[
              {
                label: 'Loss',
                values: known.map((block) => toNumber(block.poai.lossMicroNats) / 1e6),
                colour: 'warm',
                isScattered: true,
              },
            ]}
          />
        </section>
        <section class="card" aria-labelledby="losses">
          <h2 id="losses">How losses lie</h2>
          <Distribution values={known.map((block) => toNumber(block.poai.lossMicroNats) / 1e6)} />
        </section>
      </div>
      <section class="card" aria-labelledby="accuracy">
        <h2 id="accuracy">What the model gets right</h2>
        <Families answer={accuracy} />
      </section>
    </>
  )
}

/** What miners did by the last blocks' difficulties and times, in the time that a block should take: where the difficulty must go. */
function doneWork(known: readonly Header[], wantedSeconds: number): readonly (number | null)[] {
  return known.map((block, index) => {
    const first = known[index - MEAN_OF]
    if (first === undefined || wantedSeconds === 0) return null
    const seconds = Math.max(1, toNumber(block.timestamp) - toNumber(first.timestamp))
    const work = known
      .slice(index - MEAN_OF + 1, index + 1)
      .reduce((sum, { difficulty }) => sum + toNumber(difficulty), 0)
    return (work / seconds) * wantedSeconds
  })
}

function rollingMean(values: readonly (number | null)[], span: number): readonly (number | null)[] {
  return values.map((_, index) => {
    const window = values.slice(Math.max(0, index - span + 1), index + 1).filter((value) => value !== null)
    return window.length < span ? null : window.reduce((sum, value) => sum + value, 0) / window.length
  })
}

const BUCKETS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1] as const

function Distribution({ values }: { readonly values: readonly number[] }): VNode {
  const counts = [...BUCKETS, Number.POSITIVE_INFINITY].map((limit, index) => ({
    label: index === BUCKETS.length ? `≥ ${BUCKETS.at(-1)}` : `< ${limit}`,
    count: values.filter((value) => value < limit && value >= (BUCKETS[index - 1] ?? 0)).length,
  }))
  return (
    <table>
      <thead>
        <tr>
          <th>Loss, nats</th>
          <th class="number">Blocks</th>
          <th>Share</th>
        </tr>
      </thead>
      <tbody>
        {counts.map(({ label, count: found }) => (
          <tr key={label}>
            <td>{label}</td>
            <td class="number">{found}</td>
            <td>
              <meter
                min={0}
                max={1}
                value={values.length === 0 ? 0 : found / values.length}
                aria-label={`Share of blocks ${label} nats`}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Families({ answer }: { readonly answer: Answer<Accuracy> }): VNode {
  return (
    <Answered answer={answer}>
      {({ from, to, families }) => (
        <>
          <p class="muted">
            Blocks {count(from)} to {count(to)}, by family of quizzes.
          </p>
          <Scroll label="Accuracy by family">
            <table>
              <thead>
                <tr>
                  <th>Family</th>
                  <th class="number">Asked</th>
                  <th class="number">Right</th>
                  <th>Share</th>
                  <th class="number">Mean loss</th>
                </tr>
              </thead>
              <tbody>
                {families.map(({ family, asked, right, meanLossMicroNats }) => (
                  <tr key={family}>
                    <td>
                      <span class="tag">{family}</span>
                    </td>
                    <td class="number">{asked}</td>
                    <td class="number">{right}</td>
                    <td>
                      <meter min={0} max={1} value={right / asked} aria-label={`Share of ${family} answered right`} />{' '}
                      {Math.round((100 * right) / asked)} %
                    </td>
                    <td class="number">{nats(meanLossMicroNats)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </>
      )}
    </Answered>
  )
}
