import { RLP } from '@ethereumjs/rlp'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Codec,
  createBlockCodecs,
  decodeRlp,
  encodeRlp,
  genesisHash,
  headerCodec,
  networkParamsToJson,
  parseNetworkParams,
  receiptCodec,
} from '../../src/index.ts'
import {
  blocks,
  bodies,
  headers,
  networks,
  receipts,
  rlpItems,
  transactionCodec,
  transactions,
} from '../support/arbitraries.ts'

const { body, block } = createBlockCodecs(transactionCodec)

function roundTrips<T>(codec: Codec<T>, values: fc.Arbitrary<T>, numRuns: number): void {
  const property = fc.property(values, (value) => {
    expect(codec.decode(codec.encode(value))).toEqual(value)
  })
  fc.assert(property, { numRuns })
}

describe('what is decoded is what was encoded', () => {
  it('RLP, with the bytes of another implementation', () => {
    fc.assert(
      fc.property(rlpItems, (item) => {
        const encoded = encodeRlp(item)
        expect(encoded).toEqual(RLP.encode(item as Parameters<typeof RLP.encode>[0]))
        expect(decodeRlp(encoded)).toEqual(item)
      }),
    )
  })

  it('headers', () => roundTrips(headerCodec, headers, 100))
  it('receipts', () => roundTrips(receiptCodec, receipts, 100))
  it('transactions', () => roundTrips(transactionCodec, transactions, 50))
  it('bodies', () => roundTrips(body, bodies, 30))
  it('blocks', () => roundTrips(block, blocks, 30))

  it('network parameters, through JSON text', () => {
    fc.assert(
      fc.property(networks, (params) => {
        const read = parseNetworkParams(JSON.parse(JSON.stringify(networkParamsToJson(params))))
        expect(read).toEqual(params)
        expect(genesisHash(read)).toEqual(genesisHash(params))
      }),
    )
  })
})
