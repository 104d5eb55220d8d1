import type { Hex } from '@poai/core'

/** A transaction before it is signed. */
export interface Draft {
  /** Undefined creates a contract. */
  readonly to: Hex | undefined
  readonly value: bigint
  readonly data: Hex
}

/** The text in the form. */
export interface DraftText {
  readonly to: string
  readonly amount: string
  readonly data: string
}

const DECIMALS = 18

/** What the form says, or what is wrong with it. */
export function parseDraft({ to, amount, data }: DraftText): Draft | string {
  const target = to.trim()
  if (target !== '' && !/^0x[0-9a-fA-F]{40}$/.test(target)) return 'An address has 40 hexadecimal digits after 0x.'
  const value = parseAmount(amount.trim() === '' ? '0' : amount.trim())
  if (value === undefined) return 'An amount is a number of coins, such as 1.5.'
  const bytes = data.trim() === '' ? '0x' : data.trim().startsWith('0x') ? data.trim() : `0x${data.trim()}`
  if (!/^0x([0-9a-fA-F]{2})*$/.test(bytes)) return 'Data is bytes in hexadecimal, two digits each.'
  if (target === '' && bytes === '0x') return 'Without an address, the data must be the code of a contract.'
  return { to: target === '' ? undefined : (target as Hex), value, data: bytes as Hex }
}

function parseAmount(text: string): bigint | undefined {
  const match = /^(\d{1,12})(?:\.(\d{1,18}))?$/.exec(text)
  if (match === null) return undefined
  const [, whole = '0', decimals = ''] = match
  return BigInt(whole) * 10n ** BigInt(DECIMALS) + BigInt(decimals.padEnd(DECIMALS, '0'))
}
