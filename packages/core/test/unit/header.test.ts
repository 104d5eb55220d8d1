import { describe, expect, it } from 'vitest'
import {
  bytesToHex,
  decodeRlp,
  devnet,
  encodeRlp,
  genesisHeader,
  type Header,
  headerCodec,
  headerHash,
  MAX_EXTRA_DATA_BYTES,
  MAX_HEADER_BYTES,
  MAX_LOSS_MICRO_NATS,
  type RlpItem,
  sealHash,
  toAddress,
  toBloom,
  toHash32,
} from '../../src/index.ts'
import { codeOf } from '../support/code-of.ts'

const header: Header = { ...genesisHeader(devnet), number: 7n, nonce: 9n, lossMicroNats: 1_234_567n }
const items = decodeRlp(headerCodec.encode(header)) as readonly RlpItem[]
const withItem = (index: number, item: RlpItem): Uint8Array => encodeRlp(items.with(index, item))
const full = (size: number): Uint8Array => new Uint8Array(size).fill(255)

/** One changed value of each member. */
const CHANGES: { readonly [Name in keyof Header]-?: Header[Name] } = {
  parentHash: toHash32(full(32)),
  beneficiary: toAddress(full(20)),
  stateRoot: toHash32(full(32)),
  transactionsRoot: toHash32(full(32)),
  receiptsRoot: toHash32(full(32)),
  logsBloom: toBloom(full(256)),
  target: 1n,
  number: 8n,
  gasLimit: 1n,
  gasUsed: 1n,
  timestamp: 1n,
  extraData: full(1),
  baseFeePerGas: 1n,
  transcriptRoot: toHash32(full(32)),
  lossMicroNats: 1n,
  nonce: 1n,
  answersRoot: toHash32(full(32)),
}
const SEAL = ['transcriptRoot', 'lossMicroNats', 'nonce']

describe('header', () => {
  it('fits its bound with every member at its largest', () => {
    const largest: Header = {
      ...header,
      target: (1n << 256n) - 1n,
      number: (1n << 64n) - 1n,
      gasLimit: (1n << 64n) - 1n,
      gasUsed: (1n << 64n) - 1n,
      timestamp: (1n << 64n) - 1n,
      extraData: full(MAX_EXTRA_DATA_BYTES),
      baseFeePerGas: (1n << 256n) - 1n,
      lossMicroNats: MAX_LOSS_MICRO_NATS,
    }
    expect(headerCodec.encode(largest).length).toBeLessThanOrEqual(MAX_HEADER_BYTES)
    expect(headerCodec.decode(headerCodec.encode(largest))).toEqual(largest)
  })

  it.each(Object.keys(CHANGES) as (keyof Header)[])(
    '%s is inside the hash, and inside the seal hash unless the work makes it',
    (name) => {
      const changed: Header = { ...header, [name]: CHANGES[name] }
      expect(bytesToHex(headerHash(changed))).not.toBe(bytesToHex(headerHash(header)))
      const sealed = bytesToHex(sealHash(changed)) !== bytesToHex(sealHash(header))
      expect(sealed).toBe(!SEAL.includes(name))
    },
  )
})

describe('headerCodec refuses', () => {
  it.each<[string, string, Uint8Array]>([
    ['a hash of 31 bytes', 'FIELD_SIZE', withItem(0, full(31))],
    ['a hash of 33 bytes', 'FIELD_SIZE', withItem(0, full(33))],
    ['an address of 21 bytes', 'FIELD_SIZE', withItem(1, full(21))],
    ['a bloom of 255 bytes', 'FIELD_SIZE', withItem(5, full(255))],
    ['a target of 33 bytes', 'FIELD_RANGE', withItem(6, full(33))],
    ['a number of 9 bytes', 'FIELD_RANGE', withItem(7, full(9))],
    ['a number with a leading zero', 'RLP_NON_CANONICAL', withItem(7, Uint8Array.of(0, 7))],
    ['a zero spelled as a zero byte', 'RLP_NON_CANONICAL', withItem(9, Uint8Array.of(0))],
    ['extra data one byte over the bound', 'FIELD_SIZE', withItem(11, full(MAX_EXTRA_DATA_BYTES + 1))],
    ['a loss one over the bound', 'FIELD_RANGE', withItem(14, Uint8Array.of(0x10, 0, 0, 0))],
    ['a nonce of 7 bytes', 'FIELD_SIZE', withItem(15, full(7))],
    ['a nonce of 9 bytes', 'FIELD_SIZE', withItem(15, full(9))],
    ['a list for a number', 'FIELD_KIND', withItem(7, [])],
    ['15 members', 'FIELD_COUNT', encodeRlp(items.slice(0, 15))],
    ['18 members', 'FIELD_COUNT', encodeRlp([...items, full(1)])],
    ['an answers root of 31 bytes', 'FIELD_SIZE', withItem(16, full(31))],
    ['a string for the whole', 'FIELD_KIND', encodeRlp(full(100))],
    ['more bytes than the bound', 'OVERSIZE', full(MAX_HEADER_BYTES + 1)],
  ])('%s', (_, code, bytes) => {
    expect(codeOf(() => headerCodec.decode(bytes))).toBe(code)
  })
})
