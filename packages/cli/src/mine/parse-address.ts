import { type Address, addressToChecksumHex, hexToBytes, toAddress } from '@poai/core'
import { InvalidArgumentError } from 'commander'

const ADDRESS_BYTES = 20

/**
 * Parses an address, for commander. Its checksum must be right if it has capitals: a typo would send rewards to nobody.
 */
export function parseAddress(text: string): Address {
  const bytes = hexToBytes(text.toLowerCase())
  if (bytes === undefined || bytes.length !== ADDRESS_BYTES) {
    throw new InvalidArgumentError('expected an address: 0x and 40 hexadecimal digits.')
  }
  const address = toAddress(bytes)
  const digits = text.slice(2)
  const hasCase = digits !== digits.toLowerCase() && digits !== digits.toUpperCase()
  if (hasCase && addressToChecksumHex(address) !== text) {
    throw new InvalidArgumentError(
      'the checksum of this address is wrong: look for a typo, in upper and lower case too.',
    )
  }
  return address
}
