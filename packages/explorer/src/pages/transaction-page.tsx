import type { LogJson, TransactionJson } from '@poai/api/client'
import type { Hex } from '@poai/core'
import type { VNode } from 'preact'
import { Answered } from '../parts/answered.tsx'
import { Account, BlockLink, Fields, Hash } from '../parts/fields.tsx'
import { Inferences } from '../parts/inferences.tsx'
import { settledHead } from '../state/live.ts'
import { useAnswer } from '../state/use-answer.ts'
import { type Decoded, decodeCall, decodeLog } from '../text/decode-call.ts'
import { coins, count, gwei, toNumber } from '../text/show.ts'

/** A transaction, what it asked for and what it did. */
export function TransactionPage({ hash }: { readonly hash: Hex }): VNode {
  const head = settledHead.value?.hash
  const answer = useAnswer('eth_getTransactionByHash', [hash], head)
  return (
    <>
      <h1>Transaction</h1>
      <Answered answer={answer}>
        {(transaction) =>
          transaction === null ? (
            <p>No transaction has this hash, in a block or in the pool.</p>
          ) : (
            <Found transaction={transaction} />
          )
        }
      </Answered>
    </>
  )
}

function Found({ transaction }: { readonly transaction: TransactionJson }): VNode {
  const { hash, blockNumber, from, to, value, nonce, gas, gasPrice, type, input } = transaction
  const isMined = blockNumber !== null
  return (
    <>
      <section class="card" aria-label="Transaction">
        <Fields
          rows={[
            ['Hash', <Hash value={hash} />],
            ['Block', isMined ? <BlockLink number={toNumber(blockNumber)} /> : 'pending'],
            ['From', <Account address={from} isWhole />],
            ['To', <Account address={to} isWhole />],
            ['Value', coins(value)],
            ['Nonce', count(nonce)],
            ['Gas', `at most ${count(gas)} at ${gwei(gasPrice)}`],
            ['Type', ['legacy', 'with access list', 'with base fee'][toNumber(type)] ?? type],
          ]}
        />
      </section>
      {input === '0x' ? null : <Input input={input} />}
      {isMined ? <Outcome hash={hash} /> : null}
    </>
  )
}

function Input({ input }: { readonly input: Hex }): VNode {
  const decoded = decodeCall(input)
  return (
    <section class="card" aria-labelledby="input">
      <h2 id="input">Input</h2>
      {decoded === undefined ? null : <DecodedView decoded={decoded} />}
      <details open={decoded === undefined}>
        <summary>{count((input.length - 2) / 2)} bytes</summary>
        <pre class="mono long">{input}</pre>
      </details>
    </section>
  )
}

function DecodedView({ decoded }: { readonly decoded: Decoded }): VNode {
  return (
    <>
      <p>
        <span class="tag">{decoded.name}</span>
      </p>
      <Fields
        rows={decoded.parts.map(
          ([name, value]) => [name, value.startsWith('0x') ? <Account address={value} isWhole /> : value] as const,
        )}
      />
    </>
  )
}

function Outcome({ hash }: { readonly hash: Hex }): VNode {
  const receipt = useAnswer('eth_getTransactionReceipt', [hash])
  return (
    <>
      <section class="card" aria-labelledby="outcome">
        <h2 id="outcome">Outcome</h2>
        <Answered answer={receipt}>
          {(found) =>
            found === null ? null : (
              <>
                <Fields
                  rows={[
                    [
                      'Status',
                      toNumber(found.status) === 1 ? (
                        <span class="right">✓ succeeded</span>
                      ) : (
                        <span class="wrong">✗ failed</span>
                      ),
                    ],
                    ['Gas used', count(found.gasUsed)],
                    ['Paid', coins(BigInt(found.gasUsed) * BigInt(found.effectiveGasPrice))],
                    ...(found.contractAddress === null
                      ? []
                      : [['Contract', <Account address={found.contractAddress} isWhole />] as const]),
                  ]}
                />
                {found.logs.map((log) => (
                  <LogView key={log.logIndex} log={log} />
                ))}
              </>
            )
          }
        </Answered>
      </section>
      <Inferences hash={hash} />
      <Calls hash={hash} />
    </>
  )
}

function LogView({ log }: { readonly log: LogJson }): VNode {
  const decoded = decodeLog(log)
  return (
    <article class="quiz">
      <header>
        <span class="tag">log {toNumber(log.logIndex)}</span> <Account address={log.address} />
      </header>
      {decoded === undefined ? (
        <Fields
          rows={[
            ...log.topics.map((topic, index) => [`Topic ${index}`, <Hash value={topic} />] as const),
            ['Data', <Hash value={log.data} />],
          ]}
        />
      ) : (
        <DecodedView decoded={decoded} />
      )}
    </article>
  )
}

function Calls({ hash }: { readonly hash: Hex }): VNode | null {
  const answer = useAnswer('ots_traceTransaction', [hash])
  if (answer.kind !== 'found' || answer.value.length < 2) return null
  return (
    <section class="card" aria-labelledby="calls">
      <h2 id="calls">Calls</h2>
      <ol class="calls">
        {answer.value.map((call, index) => (
          <li key={index} class={`depth-${Math.min(call.depth, 8)}`}>
            <span class="tag">{call.type}</span> <Account address={call.from} /> → <Account address={call.to} />{' '}
            {call.value === null || toNumber(call.value) === 0 ? null : coins(call.value)}{' '}
            <span class="mono muted">{decodeCall(call.input)?.name ?? call.input.slice(0, 10)}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
