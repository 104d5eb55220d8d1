import type { Hex } from '@poai/core'
import type { VNode } from 'preact'
import { type Answer, useAnswer } from '../state/use-answer.ts'
import { decodeText } from '../text/token-text.ts'
import { Fields } from './fields.tsx'

/** Selectors of what tokens say about themselves (ERC-20). */
const NAME = '0x06fdde03'
const SYMBOL = '0x95d89b41'
const DECIMALS = '0x313ce567'
const SUPPLY = '0x18160ddd'
const WORD_LENGTH = 66

/** What a contract says about itself as a token; nothing if it is none. */
export function TokenCard({ address }: { readonly address: Hex }): VNode | null {
  const name = useSaid(address, NAME)
  const symbol = useSaid(address, SYMBOL)
  const decimals = useSaid(address, DECIMALS)
  const supply = useSaid(address, SUPPLY)
  const shownName = textOf(name)
  const shownSymbol = textOf(symbol)
  if (shownName === undefined && shownSymbol === undefined) return null
  return (
    <section class="card" aria-labelledby="token">
      <h2 id="token">Token</h2>
      <p class="muted">What the contract says about itself. Anyone can give a contract any name.</p>
      <Fields
        rows={[
          ['Name', shownName ?? '–'],
          ['Symbol', shownSymbol ?? '–'],
          ['Decimals', numberOf(decimals)],
          ['Total supply, in the smallest units', numberOf(supply)],
        ]}
      />
    </section>
  )
}

function useSaid(address: Hex, selector: Hex): Answer<Hex> {
  return useAnswer('eth_call', [{ to: address, data: selector }, 'latest'])
}

function textOf(answer: Answer<Hex>): string | undefined {
  return answer.kind === 'found' ? decodeText(answer.value) : undefined
}

function numberOf(answer: Answer<Hex>): string {
  return answer.kind === 'found' && answer.value.length === WORD_LENGTH
    ? BigInt(answer.value).toLocaleString('en')
    : '–'
}
