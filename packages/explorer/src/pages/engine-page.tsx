import type { VNode } from 'preact'
import { Answered } from '../parts/answered.tsx'
import { Fields, Figure, Hash } from '../parts/fields.tsx'
import { Hashrate } from '../parts/hashrate.tsx'
import { status } from '../state/live.ts'
import { useAnswer } from '../state/use-answer.ts'
import { count } from '../text/show.ts'

/** The model that does the work of this chain, and how this node runs it. */
export function EnginePage(): VNode {
  const node = status.value
  const engine = useAnswer('poai_engine', [], status.value)
  const params = useAnswer('poai_networkParams', [])
  return (
    <>
      <h1>Engine</h1>
      <section class="figures" aria-label="The engine in numbers">
        <Figure
          name="Replays"
          value={node && count(node.replays.total)}
          note={node && `${node.replays.perSecond.toFixed(1)} a second now`}
        />
        <Hashrate node={node} />
        <Figure name="Workers" value={node && count(node.engine.workers)} note="processes" />
      </section>
      <section class="card" aria-labelledby="model">
        <h2 id="model">Model and domain</h2>
        <p class="muted">
          Every node of a network runs this file in the same way: otherwise its numbers would differ in some bit. A node
          checks itself against recorded exams when it starts. If it fails, it does not judge blocks.
        </p>
        <Answered answer={engine}>
          {({ state, reason, model, domain, systemInfo, evaluations, crashes, queued, callable }) => (
            <Fields
              rows={[
                ['Model', model],
                ['Determinism domain', domain],
                ['State', reason === null ? state : `${state}: ${reason}`],
                ['Evaluations', count(evaluations)],
                [
                  'Waiting',
                  `${queued.verify} replays, ${queued.build} answers for blocks, ${queued.mine} attempts, ${queued.call} calls`,
                ],
                ...callable.map(
                  (called) =>
                    [
                      `${called.model}, for contracts`,
                      called.reason === null ? called.state : `${called.state}: ${called.reason}`,
                    ] as const,
                ),
                ['Worker crashes', count(crashes)],
                ...(systemInfo === null ? [] : [['Built for', <span class="mono long">{systemInfo}</span>] as const]),
              ]}
            />
          )}
        </Answered>
        <Answered answer={params}>
          {({ work }) => (
            <Fields
              rows={[
                ['Model file, SHA-256', <Hash value={work.modelSha256} />],
                ['Vectors, SHA-256', <Hash value={work.vectorsSha256} />],
                ...Object.entries(work.exam).map(([name, value]) => [`Exam: ${inWords(name)}`, String(value)] as const),
              ]}
            />
          )}
        </Answered>
      </section>
      <section class="card" aria-labelledby="workers">
        <h2 id="workers">Workers</h2>
        <Answered answer={engine}>
          {({ workers }) => (
            <table>
              <thead>
                <tr>
                  <th>Process</th>
                  <th>State</th>
                  <th class="number">Restarts</th>
                </tr>
              </thead>
              <tbody>
                {workers.map((worker, index) => (
                  <tr key={worker.pid ?? index}>
                    <td class="mono">{worker.pid ?? '–'}</td>
                    <td>{worker.state}</td>
                    <td class="number">{worker.restarts}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Answered>
      </section>
    </>
  )
}

/** The name of a parameter in plain words. */
function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}
