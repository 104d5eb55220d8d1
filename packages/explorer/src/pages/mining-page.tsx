import type { VNode } from 'preact'
import { Figure } from '../parts/fields.tsx'
import { GradeGrid } from '../parts/grade-grid.tsx'
import { Hashrate } from '../parts/hashrate.tsx'
import { Histogram } from '../parts/histogram.tsx'
import { Plot } from '../parts/plot.tsx'
import { blocks, status } from '../state/live.ts'
import { doneWork, rollingMean, spacings } from '../state/mining-series.ts'
import { useAnswer } from '../state/use-answer.ts'
import { count, toNumber } from '../text/show.ts'

/** A model that knows an answer is hardly surprised, so the limits grow by powers. */
const BUCKETS = [0.0001, 0.001, 0.01, 0.1, 1] as const
/** Blocks in a mean. */
const MEAN_OF = 10

/** Difficulty, block time, and how well the model answers. */
export function MiningPage(): VNode {
  const node = status.value
  const known = blocks.value.filter((block) => toNumber(block.number) > 0).toReversed()
  const numbers = known.map((block) => toNumber(block.number))
  const params = useAnswer('poai_networkParams', [])
  const wanted = params.kind === 'found' ? params.value.difficulty.spacingSeconds : 0
  const seconds = spacings(known)
  return (
    <>
      <h1>Mining</h1>
      <section class="figures" aria-label="This node’s miner">
        <Hashrate node={node} />
        <Figure
          name="Tokens"
          value={node && `${count(Math.round(node.miner?.tokensPerSecond ?? 0))} / s`}
          note="through the model"
        />
        <Figure name="Difficulty" value={node && count(BigInt(node.head.difficulty))} note="exams a block" />
        <Figure name="Target block time" value={wanted === 0 ? undefined : `${wanted} s`} note="set by the network" />
      </section>
      <div class="columns">
        <section class="card">
          <Plot
            title="Difficulty"
            unit="exams a block"
            at={numbers}
            lines={[
              {
                label: 'Difficulty',
                values: known.map((block) => toNumber(block.difficulty)),
                colour: 'accent',
              },
              {
                label: 'Work done in the target block time',
                values: doneWork(known, MEAN_OF, wanted),
                colour: 'good',
                isDotted: true,
              },
            ]}
          />
        </section>
        <section class="card">
          <Plot
            title="Block time"
            unit="s"
            at={numbers}
            lines={[
              { label: 'Block', values: seconds, colour: 'faint', isScattered: true },
              { label: `Mean of ${MEAN_OF}`, values: rollingMean(seconds, MEAN_OF), colour: 'accent' },
              {
                label: 'Target',
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
          <h2 id="losses" class="plot-name">
            Distribution of losses <span class="muted">blocks, by nats a token</span>
          </h2>
          <Histogram
            label="Blocks by their loss"
            limits={BUCKETS}
            values={known.map((block) => toNumber(block.poai.lossMicroNats) / 1e6)}
          />
        </section>
      </div>
      <section class="card" aria-labelledby="accuracy">
        <h2 id="accuracy">What the model gets right</h2>
        <GradeGrid known={known} />
      </section>
    </>
  )
}
