import type { BlockJson, TransactionJson, VerdictJson } from '@poai/api/client'
import type { Hex } from '@poai/core'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Answered } from '../parts/answered.tsx'
import { ExamView } from '../parts/exam-view.tsx'
import { Account, BlockLink, Fields, Hash } from '../parts/fields.tsx'
import { TransactionTable } from '../parts/transaction-table.tsx'
import { to } from '../router.ts'
import { ask } from '../rpc/node-client.ts'
import { blocks, nowMs } from '../state/live.ts'
import { useAnswer } from '../state/use-answer.ts'
import { ago, count, gwei, nats, printable, toNumber } from '../text/show.ts'
import { BrowserReplay } from '../verify/browser-replay.tsx'

/** A block by its number or hash: its header, its exam, its transcript, its transactions. */
export function BlockPage({ name }: { readonly name: string }): VNode {
  const isHash = name.startsWith('0x')
  const place = isHash ? (name as Hex) : BigInt(/^\d+$/.test(name) ? name : 0)
  const head = toNumber(blocks.value[0]?.number)
  // A block that does not exist yet is asked for again when the head moves.
  const waitsFor = !isHash && Number(name) > head ? head : 0
  const answer = useAnswer(isHash ? 'eth_getBlockByHash' : 'eth_getBlockByNumber', [place, true], waitsFor)
  return (
    <Answered answer={answer}>
      {(block) =>
        block === null ? (
          <section class="card">
            <h1>No block {name}</h1>
            <p>The chain does not have it, or not yet.</p>
          </section>
        ) : (
          <Found block={block} />
        )
      }
    </Answered>
  )
}

function Found({ block }: { readonly block: BlockJson }): VNode {
  const number = toNumber(block.number)
  const extra = printable(block.extraData)
  return (
    <>
      <div class="title">
        <h1>Block {count(block.number)}</h1>
        <nav aria-label="Neighbours">
          {number === 0 ? null : <a href={to('block', number - 1)}>← {number - 1}</a>}
          <a href={to('block', number + 1)}>{number + 1} →</a>
        </nav>
      </div>
      {number === 0 ? <p class="muted">The block that every node begins with. It took no work.</p> : null}
      <section class="card" aria-label="Header">
        <Fields
          rows={[
            ['Hash', <Hash value={block.hash} />],
            [
              'Parent',
              number === 0 ? (
                <Hash value={block.parentHash} />
              ) : (
                <>
                  <BlockLink number={number - 1} /> <Hash value={block.parentHash} />
                </>
              ),
            ],
            [
              'Mined',
              `${new Date(toNumber(block.timestamp) * 1000).toLocaleString()} (${ago(block.timestamp, nowMs.value)})`,
            ],
            ['Miner', <Account address={block.miner} isWhole />],
            ['Difficulty', `${count(block.difficulty)} attempts`],
            ['Loss', `${nats(block.poai.lossMicroNats)} nats a token`],
            ['Nonce', <span class="mono">{BigInt(block.nonce).toString()}</span>],
            ['Gas', `${count(block.gasUsed)} of ${count(block.gasLimit)}, base fee ${gwei(block.baseFeePerGas)}`],
            ['Size', `${count(block.size)} bytes`],
            ['State root', <Hash value={block.stateRoot} />],
            ['Transcript root', <Hash value={block.poai.transcriptRoot} />],
            ...answerRows(block),
            [
              'Extra data',
              extra === undefined ? <Hash value={block.extraData} /> : <span class="mono">“{extra}”</span>,
            ],
          ]}
        />
      </section>
      {number === 0 ? null : <Work block={block} />}
      <section class="card" aria-labelledby="transactions">
        <h2 id="transactions">Transactions ({block.transactions.length})</h2>
        {block.transactions.length === 0 ? (
          <p class="muted">None.</p>
        ) : (
          <TransactionTable transactions={inFull(block.transactions)} />
        )}
      </section>
    </>
  )
}

/** What models said to contracts in the block, where the rules let contracts ask. */
function answerRows({ poai: { answers, answersRoot } }: BlockJson): readonly (readonly [string, VNode | string])[] {
  if (answersRoot === undefined) return []
  const known = answers === undefined ? [] : [['Answers of models', count(answers)] as const]
  return [...known, ['Answers root', <Hash value={answersRoot} />]]
}

/** The transactions that the node sent in full: all of them, since the page asked for that. */
function inFull(transactions: BlockJson['transactions']): readonly TransactionJson[] {
  return transactions.flatMap((transaction) => (typeof transaction === 'string' ? [] : [transaction]))
}

function Work({ block }: { readonly block: BlockJson }): VNode {
  const exam = useAnswer('poai_getExam', [block.hash])
  return (
    <>
      <section class="card" aria-labelledby="exam">
        <div class="title">
          <h2 id="exam">Exam</h2>
          <Replay hash={block.hash} />
          <BrowserReplay block={block} />
        </div>
        <Answered answer={exam}>
          {(found) =>
            found === null ? (
              <p class="muted">None.</p>
            ) : (
              <>
                {found.right === undefined ? null : (
                  <p>
                    The model answered <strong>{found.right}</strong> of {found.quizzes.length} right.{' '}
                    {found.replayAgrees === true
                      ? 'This node’s numbers agree with the header, bit for bit.'
                      : 'This node computes different numbers!'}
                  </p>
                )}
                <ExamView exam={found} />
                <details>
                  <summary>The whole text and its hashes</summary>
                  <pre class="mono">{found.text}</pre>
                  <Fields
                    rows={[
                      ['Seed', <Hash value={found.examSeed} />],
                      ['Work hash', <Hash value={found.workHash} />],
                      ['Target', <Hash value={found.target} />],
                    ]}
                  />
                </details>
              </>
            )
          }
        </Answered>
      </section>
      <section class="card" aria-labelledby="transcript">
        <h2 id="transcript">Transcript</h2>
        <p class="muted">
          One leaf for each token of the answers: the model’s raw numbers, hashed. The header has the root, and a few
          hashes prove that a leaf belongs to it.
        </p>
        <Leaves hash={block.hash} />
      </section>
    </>
  )
}

function Replay({ hash }: { readonly hash: Hex }): VNode {
  const [verdict, setVerdict] = useState<VerdictJson | 'running' | string | undefined>(undefined)
  const replay = async (): Promise<void> => {
    setVerdict('running')
    setVerdict(await ask('poai_verifyBlock', [hash]).catch((error: unknown) => String(error)))
  }
  return (
    <div class="replay">
      <span role="status">
        {verdict === 'running' ? 'Replaying…' : null}
        {typeof verdict === 'object' ? (
          <span class={verdict.valid ? 'right' : 'wrong'}>
            {verdict.valid ? `✓ valid, replayed in ${verdict.milliseconds} ms` : `✗ ${verdict.reason ?? 'invalid'}`}
          </span>
        ) : null}
        {typeof verdict === 'string' && verdict !== 'running' ? <span class="problem">{verdict}</span> : null}
      </span>
      <button type="button" disabled={verdict === 'running'} onClick={() => void replay()}>
        Replay in this node
      </button>
    </div>
  )
}

function Leaves({ hash }: { readonly hash: Hex }): VNode {
  const [chosen, setChosen] = useState<number | undefined>(undefined)
  const all = useAnswer('poai_getTranscript', [hash])
  return (
    <Answered answer={all}>
      {(transcript) =>
        transcript === null ? null : (
          <>
            <ul class="leaves">
              {(transcript.leaves ?? []).map((leaf, index) => (
                <li key={`${index}-${leaf}`}>
                  <button
                    type="button"
                    aria-pressed={chosen === index}
                    onClick={() => setChosen(chosen === index ? undefined : index)}
                  >
                    {index}
                  </button>
                </li>
              ))}
            </ul>
            {chosen === undefined ? (
              <p class="muted">Choose a leaf to see its proof.</p>
            ) : (
              <Proof hash={hash} index={chosen} />
            )}
          </>
        )
      }
    </Answered>
  )
}

function Proof({ hash, index }: { readonly hash: Hex; readonly index: number }): VNode {
  const answer = useAnswer('poai_getTranscript', [hash, index])
  return (
    <Answered answer={answer}>
      {(proof) =>
        proof === null ? null : (
          <Fields
            rows={[
              ['Leaf', <Hash value={proof.leaf ?? ''} />],
              ['Its hash', <Hash value={proof.leafHash ?? ''} />],
              ...(proof.path ?? []).map(
                (step, height) => [`Sibling at level ${height + 1}`, <Hash value={step} />] as const,
              ),
              ['Root', <Hash value={proof.root} />],
              [
                'Leads to the header’s root',
                proof.isIncluded === true ? <span class="right">✓ yes</span> : <span class="wrong">✗ no</span>,
              ],
            ]}
          />
        )
      }
    </Answered>
  )
}
