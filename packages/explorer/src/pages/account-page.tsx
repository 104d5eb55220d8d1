import type { Hex } from '@poai/core'
import type { VNode } from 'preact'
import { Answered } from '../parts/answered.tsx'
import { Fields, Hash } from '../parts/fields.tsx'
import { TokenCard } from '../parts/token-card.tsx'
import { TransactionTable } from '../parts/transaction-table.tsx'
import { settledHead } from '../state/live.ts'
import { useAnswer } from '../state/use-answer.ts'
import { coins, count } from '../text/show.ts'

const PAGE = 25

/** An account: what it has, and what it did. */
export function AccountPage({ address }: { readonly address: Hex }): VNode {
  const head = settledHead.value?.hash
  const balance = useAnswer('eth_getBalance', [address, 'latest'], head)
  const nonce = useAnswer('eth_getTransactionCount', [address, 'latest'], head)
  const code = useAnswer('eth_getCode', [address, 'latest'], head)
  const history = useAnswer('ots_searchTransactionsBefore', [address, 0, PAGE], head)
  const isContract = code.kind === 'found' && code.value !== '0x'
  return (
    <>
      <h1>{isContract ? 'Contract' : 'Account'}</h1>
      <section class="card" aria-label="Account">
        <Fields
          rows={[
            ['Address', <Hash value={address} />],
            ['Balance', <Answered answer={balance}>{coins}</Answered>],
            [
              isContract ? 'Contracts created' : 'Transactions sent',
              <Answered answer={nonce}>{(value) => count(value)}</Answered>,
            ],
          ]}
        />
      </section>
      {isContract ? <TokenCard address={address} /> : null}
      {isContract && code.kind === 'found' ? (
        <section class="card" aria-labelledby="code">
          <h2 id="code">Code</h2>
          <details>
            <summary>{count((code.value.length - 2) / 2)} bytes</summary>
            <pre class="mono long">{code.value}</pre>
          </details>
        </section>
      ) : null}
      <section class="card" aria-labelledby="history">
        <h2 id="history">Newest transactions</h2>
        <Answered answer={history}>
          {({ txs }) =>
            txs.length === 0 ? <p class="muted">This node finds none.</p> : <TransactionTable transactions={txs} />
          }
        </Answered>
      </section>
    </>
  )
}
