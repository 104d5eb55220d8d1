import type { VNode } from 'preact'
import { Answered } from '../parts/answered.tsx'
import { Figure } from '../parts/fields.tsx'
import { TransactionTable } from '../parts/transaction-table.tsx'
import type { Transaction } from '../rpc/answers.ts'
import { settledHead, status } from '../state/live.ts'
import { readStatus } from '../state/read-status.ts'
import { useAnswer } from '../state/use-answer.ts'
import { count } from '../text/show.ts'

type Content = Readonly<Record<'pending' | 'queued', Readonly<Record<string, Readonly<Record<string, Transaction>>>>>>

const SHOWN = 100
/** The whole pool comes in one answer: a pool with more is not asked for. */
const MAX_ASKED = 5000

/** The transactions that wait. */
export function MempoolPage(): VNode {
  const node = readStatus(status.value)
  return (
    <>
      <h1>Mempool</h1>
      <section class="figures" aria-label="How many wait">
        <Figure name="Can be mined" value={count(node.pending)} note="in the next blocks" />
        <Figure name="Wait for others" value={count(node.queued)} note="of the same sender" />
      </section>
      <section class="card" aria-labelledby="waiting">
        <h2 id="waiting">Waiting</h2>
        {node.pending + node.queued > MAX_ASKED ? (
          <p class="muted">More than {count(MAX_ASKED)} wait: too many to show here.</p>
        ) : (
          // Whenever a number changes, or a block may have taken some while others came.
          <Waiting moment={`${node.pending} ${node.queued} ${settledHead.value?.hash}`} />
        )}
      </section>
    </>
  )
}

/** What waits, asked for again with each moment. */
function Waiting({ moment }: { readonly moment: string }): VNode {
  const content = useAnswer<Content>('txpool_content', [], moment)
  return (
    <Answered answer={content}>
      {({ pending, queued }) => {
        const all = [pending, queued].flatMap((accounts) =>
          Object.values(accounts).flatMap((byNonce) => Object.values(byNonce)),
        )
        if (all.length === 0) return <p class="muted">Nothing waits.</p>
        return <TransactionTable transactions={all.slice(0, SHOWN)} />
      }}
    </Answered>
  )
}
