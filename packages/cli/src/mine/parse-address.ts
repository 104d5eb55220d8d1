import { type Address, addressToChecksumHex, hexToBytes, toAddress } from '@poai/core'
import { InvalidArgumentError } from 'commander'

const ADDRESS_BYTES = 20

/** An address, for commander. Mixed case must be right: a mistyped letter would send rewards to nobody. */
export function parseAddress(text: string): Address {
  const bytes = hexToBytes(text.toLowerCase())
  if (bytes === undefined || bytes.length !== ADDRESS_BYTES) {
    throw new InvalidArgumentError('expected an address: 0x and 40 hexadecimal digits.')
  }
  const address = toAddress(bytes)
  const digits = text.slice(2)
  const hasCase = digits !== digits.toLowerCase() && digits !== digits.toUpperCase()
  if (hasCase && addressToChecksumHex(address) !== text) {
    throw new InvalidArgumentError(`the checksum of this address is wrong: a letter is mistyped, or its case.`)
  }
  return address
}
