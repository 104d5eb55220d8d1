import type { TransactionJson } from '@poai/api/client'
import type { VNode } from 'preact'
import { decodeCall } from '../text/decode-call.ts'
import { coins, gwei } from '../text/show.ts'
import { Account, TransactionLink } from './fields.tsx'
import { Scroll } from './scroll.tsx'

/** Transactions with the value that they move. */
export function TransactionTable({ transactions }: { readonly transactions: readonly TransactionJson[] }): VNode {
  return (
    <Scroll label="Transactions">
      <table>
        <thead>
          <tr>
            <th>Transaction</th>
            <th>Does</th>
            <th>From</th>
            <th>To</th>
            <th class="number">Value</th>
            <th class="number">Gas price</th>
          </tr>
        </thead>
        <tbody>
          {transactions.map((transaction) => (
            <tr key={transaction.hash}>
              <td>
                <TransactionLink hash={transaction.hash} />
              </td>
              <td>
                <span class="tag">{actionOf(transaction)}</span>
              </td>
              <td>
                <Account address={transaction.from} />
              </td>
              <td>
                <Account address={transaction.to} />
              </td>
              <td class="number">{coins(transaction.value)}</td>
              <td class="number">{gwei(transaction.gasPrice)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

function actionOf({ to, input }: TransactionJson): string {
  if (to === null) return 'create'
  if (input === '0x') return 'send'
  return decodeCall(input)?.name ?? input.slice(0, 10)
}
