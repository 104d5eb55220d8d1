import { describe, expect, it } from 'vitest'
import {
  bloomMayContain,
  bloomOfLogs,
  bytesToHex,
  concatBytes,
  decodeRlp,
  EMPTY_TRIE_ROOT,
  encodeRlp,
  hex,
  keccak256,
  type Log,
  mergeBlooms,
  type Receipt,
  type RlpItem,
  receiptCodec,
  receiptsRoot,
  toAddress,
  toHash32,
} from '../../src/index.ts'
import { codeOf } from '../support/code-of.ts'

const log: Log = {
  address: toAddress(hex(`0x${'22'.repeat(20)}`)),
  topics: [toHash32(hex('0x02c69be41d0b7e40352fc85be1cd65eb03d40ef8427a0ca4596b1ead9a00e9fc'))],
  data: Uint8Array.of(1, 2, 3),
}
const receipt: Receipt = { type: 2, status: 1, cumulativeGasUsed: 21_000n, logsBloom: bloomOfLogs([log]), logs: [log] }
const members = decodeRlp(receiptCodec.encode(receipt).subarray(1)) as readonly RlpItem[]
const withMember = (index: number, item: RlpItem): Uint8Array =>
  concatBytes(Uint8Array.of(2), encodeRlp(members.with(index, item)))

describe('logs bloom', () => {
  it('sets the bits that go-ethereum sets for its example topic', () => {
    // bloom9 of one entry: three bits by the first three 16-bit words of its hash, modulo 2048.
    const digest = keccak256(log.address)
    const bloom = bloomOfLogs([{ ...log, topics: [] }])
    const wanted = new Set([0, 2, 4].map((i) => (((digest[i] as number) << 8) | (digest[i + 1] as number)) % 2048))
    for (let bit = 0; bit < 2048; bit++) {
      const isSet = (((bloom[255 - (bit >> 3)] as number) >> (bit & 7)) & 1) === 1
      expect(isSet, `bit ${bit}`).toBe(wanted.has(bit))
    }
  })

  it('holds every address and topic, of a block too', () => {
    const other: Log = { ...log, address: toAddress(hex(`0x${'33'.repeat(20)}`)), topics: [] }
    const merged = mergeBlooms([bloomOfLogs([log]), bloomOfLogs([other])])
    expect(bytesToHex(merged)).toBe(bytesToHex(bloomOfLogs([log, other])))
    for (const entry of [log.address, other.address, ...log.topics]) expect(bloomMayContain(merged, entry)).toBe(true)
    expect(bloomMayContain(bloomOfLogs([]), log.address)).toBe(false)
  })
})

describe('receipt codec', () => {
  it('puts the type first, and nothing before a legacy receipt', () => {
    expect(receiptCodec.encode(receipt)[0]).toBe(2)
    expect(receiptCodec.encode({ ...receipt, type: 0 })[0]).toBeGreaterThanOrEqual(0xc0)
  })

  it.each<[string, string, Uint8Array]>([
    ['nothing', 'RLP_TRUNCATED', new Uint8Array(0)],
    ['an unknown type', 'FIELD_RANGE', Uint8Array.of(3, 0xc0)],
    ['a status of 2', 'FIELD_RANGE', withMember(0, Uint8Array.of(2))],
    ['gas of 9 bytes', 'FIELD_RANGE', withMember(1, new Uint8Array(9).fill(1))],
    ['a bloom of 257 bytes', 'FIELD_SIZE', withMember(2, new Uint8Array(257))],
    ['a log of five topics', 'FIELD_COUNT', withMember(3, [[log.address, Array(5).fill(log.topics[0]), log.data]])],
    ['a log of two members', 'FIELD_COUNT', withMember(3, [[log.address, []]])],
  ])('refuses %s', (_, code, bytes) => {
    expect(codeOf(() => receiptCodec.decode(bytes))).toBe(code)
  })
})

it('the root of no receipts is the empty root', () => {
  expect(receiptsRoot([])).toEqual(EMPTY_TRIE_ROOT)
  expect(receiptsRoot([receipt])).not.toEqual(EMPTY_TRIE_ROOT)
})
