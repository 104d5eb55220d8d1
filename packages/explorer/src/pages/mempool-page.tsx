import type { VNode } from 'preact'
import { Answered } from '../parts/answered.tsx'
import { Figure } from '../parts/fields.tsx'
import { TransactionTable } from '../parts/transaction-table.tsx'
import type { Transaction } from '../rpc/answers.ts'
import { status } from '../state/live.ts'
import { readStatus } from '../state/read-status.ts'
import { useAnswer } from '../state/use-answer.ts'
import { count } from '../text/show.ts'

type Content = Readonly<Record<'pending' | 'queued', Readonly<Record<string, Readonly<Record<string, Transaction>>>>>>

const SHOWN = 100

/** The transactions that wait. */
export function MempoolPage(): VNode {
  const node = readStatus(status.value)
  const content = useAnswer<Content>('txpool_content', [], status.value)
  return (
    <>
      <h1>Mempool</h1>
      <section class="figures" aria-label="How many wait">
        <Figure name="Can be mined" value={count(node.pending)} note="in the next blocks" />
        <Figure name="Wait for others" value={count(node.queued)} note="of the same sender" />
      </section>
      <section class="card" aria-labelledby="waiting">
        <h2 id="waiting">Waiting</h2>
        <Answered answer={content}>
          {({ pending, queued }) => {
            const all = [pending, queued].flatMap((accounts) =>
              Object.values(accounts).flatMap((byNonce) => Object.values(byNonce)),
            )
            if (all.length === 0) return <p class="muted">Nothing waits.</p>
            return <TransactionTable transactions={all.slice(0, SHOWN)} />
          }}
        </Answered>
      </section>
    </>
  )
}
