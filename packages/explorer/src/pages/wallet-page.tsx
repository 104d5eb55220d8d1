import { defined, type Hex } from '@poai/core'
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Account, TransactionLink } from '../parts/fields.tsx'
import { ask } from '../rpc/node-client.ts'
import { settledHead } from '../state/live.ts'
import { useAnswer } from '../state/use-answer.ts'
import { coins } from '../text/show.ts'
import { parseDraft } from '../wallet/parse-draft.ts'
import { browserSigner, developmentSigners, findBrowserWallet, type Signer } from '../wallet/signer.ts'

/** Sends coins, deploys contracts and calls them, from a browser's wallet or a development account. */
export function WalletPage(): VNode {
  const [signers, setSigners] = useState<readonly Signer[]>([])
  const [chosen, setChosen] = useState(0)
  const [problem, setProblem] = useState('')
  useEffect(() => {
    developmentSigners().then(setSigners, () => undefined)
  }, [])
  const connect = async (): Promise<void> => {
    const wallet = findBrowserWallet()
    if (wallet === undefined) {
      setProblem('This browser has no wallet. Install one, or use a development account.')
      return
    }
    try {
      const signer = await browserSigner(wallet)
      setSigners((before) => [signer, ...before.filter(({ name }) => name !== signer.name)])
      setChosen(0)
      setProblem('')
    } catch (error) {
      setProblem(`The wallet says: ${messageOf(error)}`)
    }
  }
  const signer = signers[chosen]
  return (
    <>
      <h1>Wallet</h1>
      <section class="card" aria-labelledby="from">
        <h2 id="from">From</h2>
        <p>
          <button type="button" onClick={() => void connect()}>
            Connect the browser’s wallet
          </button>
        </p>
        {problem === '' ? null : (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        {signers.length === 0 ? (
          <p class="muted">No development account has coins on this network.</p>
        ) : (
          <label class="field">
            Account
            <select value={chosen} onChange={(event) => setChosen(Number(event.currentTarget.value))}>
              {signers.map(({ name, address }, index) => (
                <option key={address} value={index}>
                  {name}: {address}
                </option>
              ))}
            </select>
          </label>
        )}
        {signer === undefined ? null : <Balance address={signer.address} />}
      </section>
      {signer === undefined ? null : <SendForm signer={signer} />}
      <CallForm />
    </>
  )
}

function Balance({ address }: { readonly address: Hex }): VNode {
  const balance = useAnswer('eth_getBalance', [address, 'latest'], settledHead.value?.hash)
  return (
    <p>
      <Account address={address} isWhole /> has <strong>{balance.kind === 'found' ? coins(balance.value) : '…'}</strong>
    </p>
  )
}

function SendForm({ signer }: { readonly signer: Signer }): VNode {
  const [text, setText] = useState({ to: '', amount: '', data: '' })
  const [outcome, setOutcome] = useState<{ readonly hash: Hex } | { readonly problem: string } | 'sending' | undefined>(
    undefined,
  )
  const send = async (event: Event): Promise<void> => {
    event.preventDefault()
    const draft = parseDraft(text)
    if (typeof draft === 'string') {
      setOutcome({ problem: draft })
      return
    }
    setOutcome('sending')
    try {
      setOutcome({ hash: await signer.send(draft) })
    } catch (error) {
      setOutcome({ problem: messageOf(error) })
    }
  }
  return (
    <section class="card" aria-labelledby="send">
      <h2 id="send">Send, or deploy a contract</h2>
      <form onSubmit={(event) => void send(event)}>
        <label class="field">
          To <span class="muted">leave empty to deploy the data as a contract</span>
          <input
            value={text.to}
            onInput={(event) => setText({ ...text, to: event.currentTarget.value })}
            spellcheck={false}
            placeholder="0x…"
          />
        </label>
        <label class="field">
          Amount in POAI
          <input
            value={text.amount}
            onInput={(event) => setText({ ...text, amount: event.currentTarget.value })}
            inputMode="decimal"
            placeholder="0"
          />
        </label>
        <label class="field">
          Data or bytecode
          <textarea
            rows={3}
            value={text.data}
            onInput={(event) => setText({ ...text, data: event.currentTarget.value })}
            spellcheck={false}
            placeholder="0x"
          />
        </label>
        <button type="submit" class="primary" disabled={outcome === 'sending'}>
          Sign and send
        </button>
      </form>
      <div role="status">
        {outcome === 'sending' ? <p>Sending…</p> : null}
        {typeof outcome === 'object' && 'problem' in outcome ? <p class="problem">{outcome.problem}</p> : null}
        {typeof outcome === 'object' && 'hash' in outcome ? (
          <p>
            Sent: <TransactionLink hash={outcome.hash} />
          </p>
        ) : null}
      </div>
    </section>
  )
}

function CallForm(): VNode {
  const [text, setText] = useState({ to: '', amount: '', data: '' })
  const [outcome, setOutcome] = useState('')
  const call = async (event: Event): Promise<void> => {
    event.preventDefault()
    const draft = parseDraft(text)
    if (typeof draft === 'string') {
      setOutcome(draft)
      return
    }
    const message = { data: draft.data, ...defined({ to: draft.to }) }
    setOutcome(await ask('eth_call', [message, 'latest']).catch(messageOf))
  }
  return (
    <section class="card" aria-labelledby="call">
      <h2 id="call">Call a contract</h2>
      <form onSubmit={(event) => void call(event)}>
        <label class="field">
          Contract
          <input
            value={text.to}
            onInput={(event) => setText({ ...text, to: event.currentTarget.value })}
            spellcheck={false}
            placeholder="0x…"
          />
        </label>
        <label class="field">
          Call data
          <textarea
            rows={2}
            value={text.data}
            onInput={(event) => setText({ ...text, data: event.currentTarget.value })}
            spellcheck={false}
            placeholder="0x"
          />
        </label>
        <button type="submit">Call</button>
      </form>
      <output class="mono long">{outcome}</output>
    </section>
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String((error as { readonly message?: unknown }).message ?? error)
}
