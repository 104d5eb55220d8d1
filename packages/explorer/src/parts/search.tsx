import type { Hex } from '@poai/core'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { go } from '../router.ts'
import { ask } from '../rpc/node-client.ts'

/** Where the typed text leads; undefined if nowhere. */
async function find(text: string): Promise<readonly string[] | undefined> {
  const wanted = text.trim().toLowerCase()
  if (/^\d+$/.test(wanted)) return ['block', wanted]
  if (/^0x[0-9a-f]{40}$/.test(wanted)) return ['address', wanted]
  if (!/^0x[0-9a-f]{64}$/.test(wanted)) return undefined
  const hash = wanted as Hex
  if ((await ask('eth_getTransactionByHash', [hash])) !== null) return ['tx', hash]
  return (await ask('eth_getBlockByHash', [hash, false])) === null ? undefined : ['block', hash]
}

/** Finds a block by number or hash, a transaction, or an account. */
export function Search(): VNode {
  const [text, setText] = useState('')
  const [problem, setProblem] = useState('')
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    const place = await find(text).catch(() => undefined)
    if (place === undefined) {
      setProblem('Nothing has that name. Try a block number, a hash or an address.')
      return
    }
    setProblem('')
    setText('')
    go(...place)
  }
  return (
    <search class="search">
      <form onSubmit={(event) => void submit(event)}>
        <input
          type="search"
          aria-label="Find a block, transaction or address"
          placeholder="Block, hash or address"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          spellcheck={false}
        />
        {problem === '' ? null : (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
      </form>
    </search>
  )
}
