import type { LogJson } from '@poai/api/client'
import type { Hex } from '@poai/core'

/** A call or log whose meaning is known, with names for its parts. */
export interface Decoded {
  readonly name: string
  readonly parts: readonly (readonly [string, string])[]
}

type Kind = 'address' | 'uint'

interface Known {
  readonly name: string
  readonly parts: readonly (readonly [string, Kind])[]
}

const WORD = 64

/** Functions of tokens, by selector. */
const FUNCTIONS: Readonly<Record<string, Known>> = {
  '0xa9059cbb': {
    name: 'transfer',
    parts: [
      ['to', 'address'],
      ['amount', 'uint'],
    ],
  },
  '0x095ea7b3': {
    name: 'approve',
    parts: [
      ['spender', 'address'],
      ['amount', 'uint'],
    ],
  },
  '0x23b872dd': {
    name: 'transferFrom',
    parts: [
      ['from', 'address'],
      ['to', 'address'],
      ['amount', 'uint'],
    ],
  },
  '0x70a08231': { name: 'balanceOf', parts: [['owner', 'address']] },
  '0x40c10f19': {
    name: 'mint',
    parts: [
      ['to', 'address'],
      ['amount', 'uint'],
    ],
  },
  '0x42842e0e': {
    name: 'safeTransferFrom',
    parts: [
      ['from', 'address'],
      ['to', 'address'],
      ['token', 'uint'],
    ],
  },
  '0xd0e30db0': { name: 'deposit', parts: [] },
  '0x2e1a7d4d': { name: 'withdraw', parts: [['amount', 'uint']] },
}

/** Events of tokens, by topic. */
const EVENTS: Readonly<Record<string, Known>> = {
  '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef': {
    name: 'Transfer',
    parts: [
      ['from', 'address'],
      ['to', 'address'],
      ['amount', 'uint'],
    ],
  },
  '0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925': {
    name: 'Approval',
    parts: [
      ['owner', 'address'],
      ['spender', 'address'],
      ['amount', 'uint'],
    ],
  },
}

/** What a transaction's data asks for, if it is a known function. */
export function decodeCall(input: Hex): Decoded | undefined {
  return decode(FUNCTIONS[input.slice(0, 10)], input.slice(10))
}

/** The meaning of a log, if it is a known event. */
export function decodeLog({ topics, data }: Pick<LogJson, 'topics' | 'data'>): Decoded | undefined {
  const [event, ...indexed] = topics
  if (event === undefined) return undefined
  return decode(EVENTS[event], indexed.map((topic) => topic.slice(2)).join('') + data.slice(2))
}

function decode(known: Known | undefined, digits: string): Decoded | undefined {
  if (known === undefined || digits.length < known.parts.length * WORD) return undefined
  const parts = known.parts.map(([name, kind], index) => {
    const word = digits.slice(index * WORD, (index + 1) * WORD)
    return [name, kind === 'address' ? `0x${word.slice(24)}` : BigInt(`0x${word}`).toLocaleString('en')] as const
  })
  return { name: known.name, parts }
}
