import type { VNode } from 'preact'
import { Answered } from '../parts/answered.tsx'
import { Figure } from '../parts/fields.tsx'
import { TransactionTable } from '../parts/transaction-table.tsx'
import { settledHead, status } from '../state/live.ts'
import { useAnswer } from '../state/use-answer.ts'
import { count } from '../text/show.ts'

const SHOWN = 100
/** The whole pool comes in one answer, so a larger pool is not asked for. */
const MAX_ASKED = 5000

/** The transactions in the pool. */
export function MempoolPage(): VNode {
  const pool = status.value?.mempool
  return (
    <>
      <h1>Mempool</h1>
      <section class="figures" aria-label="Pool size">
        <Figure name="Pending" value={pool && count(pool.pending)} note="ready for the next blocks" />
        <Figure name="Queued" value={pool && count(pool.queued)} note="waiting for an earlier nonce" />
      </section>
      <section class="card" aria-labelledby="waiting">
        <h2 id="waiting">Transactions</h2>
        {pool !== undefined && pool.pending + pool.queued > MAX_ASKED ? (
          <p class="muted">The pool has more than {count(MAX_ASKED)}: too many to show here.</p>
        ) : (
          // Asked for again when a count changes, or when a block may have taken some while others came.
          <Waiting moment={`${pool?.pending} ${pool?.queued} ${settledHead.value?.hash}`} />
        )}
      </section>
    </>
  )
}

/** The transactions in the pool, asked for again when `moment` changes. */
function Waiting({ moment }: { readonly moment: string }): VNode {
  const content = useAnswer('txpool_content', [], moment)
  return (
    <Answered answer={content}>
      {({ pending, queued }) => {
        const all = [pending, queued].flatMap((accounts) =>
          Object.values(accounts).flatMap((byNonce) => Object.values(byNonce)),
        )
        if (all.length === 0) return <p class="muted">The pool is empty.</p>
        return <TransactionTable transactions={all.slice(0, SHOWN)} />
      }}
    </Answered>
  )
}
