import type { BlockJson } from '@poai/api/client'
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { canVerify, verifyInBrowser } from './verify-in-browser.ts'
import type { BrowserVerdict } from './verify-messages.ts'

/** Offers to replay a block in this browser, if that is possible. */
export function BrowserReplay({ block }: { readonly block: Pick<BlockJson, 'hash' | 'number'> }): VNode | null {
  const [isOffered, setOffered] = useState(false)
  const [state, setState] = useState<BrowserVerdict | 'running' | Error | undefined>(undefined)
  useEffect(() => {
    canVerify().then(setOffered, () => setOffered(false))
  }, [])
  if (!isOffered) return null
  const verify = async (): Promise<void> => {
    setState('running')
    setState(await verifyInBrowser(block).catch((error: unknown) => new Error(String(error))))
  }
  return (
    <div class="replay">
      <span role="status">{statusOf(state)}</span>
      <button type="button" disabled={state === 'running'} onClick={() => void verify()}>
        Verify in this browser
      </button>
    </div>
  )
}

function statusOf(state: BrowserVerdict | 'running' | Error | undefined): VNode | string | null {
  if (state === undefined) return null
  if (state === 'running') return 'Fetching the engine and the model, replaying…'
  if (state instanceof Error) return <span class="problem">{state.message}</span>
  if (state.isValid) return <span class="right">✓ your browser computed the same bits in {state.milliseconds} ms</span>
  return <span class="wrong">✗ {state.reason}</span>
}
