import type { Hex } from '@poai/core'
import { InvalidArgumentError } from 'commander'
import { formatEther, getAddress, isAddress, parseEther, parseUnits } from 'ethers'

/** The name of the coin, for people. */
export const COIN = 'POAI'

/** Wei as coins: `1.5 POAI`. */
export function formatCoins(wei: bigint): string {
  const text = formatEther(wei)
  return `${text.endsWith('.0') ? text.slice(0, -2) : text} ${COIN}`
}

/** Parses coins like `1.5`, for commander. */
export function parseCoins(text: string): bigint {
  if (/^[0-9]{1,30}(\.[0-9]{1,18})?$/.test(text)) return parseEther(text)
  throw new InvalidArgumentError('expected coins like 1.5, with at most 18 digits after the point.')
}

/** Parses a gas price in gwei like `1.5`, for commander. */
export function parseGwei(text: string): bigint {
  if (/^[0-9]{1,12}(\.[0-9]{1,9})?$/.test(text)) return parseUnits(text, 'gwei')
  throw new InvalidArgumentError('expected gwei like 1.5, with at most 9 digits after the point.')
}

/** Parses an address, for commander. Its checksum must be right if it has capitals. */
export function parseAddress(text: string): Hex {
  if (/^0x/i.test(text) && isAddress(text)) return getAddress(text) as Hex
  throw new InvalidArgumentError(
    'expected an address: 0x and 40 hexadecimal digits, with the right checksum if it has capitals.',
  )
}

/** Parses bytes in hexadecimal, for commander. */
export function parseData(text: string): string {
  if (/^0x([0-9a-fA-F]{2})*$/.test(text)) return text.toLowerCase()
  throw new InvalidArgumentError('expected 0x and an even number of hexadecimal digits.')
}
