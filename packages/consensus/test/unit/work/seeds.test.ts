import { createExamBuilder, deriveEpochKey, deriveExamSeed, networkExamOptions } from '@poai/consensus'
import {
  bytesToHex,
  devnet,
  type Hash32,
  hash32,
  headerHash,
  type SealedHeader,
  sealHash,
  testnet,
  toAddress,
  utf8ToBytes,
} from '@poai/core'
import { describe, expect, it } from 'vitest'
import { someHeader, someSealedHeader } from './some-header.ts'
import { epochKey } from './some-network.ts'

const sealed = sealHash(someSealedHeader)
const seedOfNonce = (nonce: bigint): string => bytesToHex(deriveExamSeed({ epochKey, sealHash: sealed, nonce }))

describe('epoch key', () => {
  it('depends on the seed and the epoch', () => {
    const seed = hash32(utf8ToBytes('seed'))
    expect(deriveEpochKey(seed, 1n)).toEqual(deriveEpochKey(seed, 1n))
    expect(deriveEpochKey(seed, 1n)).not.toEqual(deriveEpochKey(seed, 2n))
    expect(deriveEpochKey(hash32(seed), 1n)).not.toEqual(deriveEpochKey(seed, 1n))
  })
})

describe('exam seed', () => {
  it('changes with the nonce by one, the seal hash and the epoch key', () => {
    const seeds = new Set([0n, 1n, 2n, 255n, 256n, (1n << 64n) - 2n, (1n << 64n) - 1n].map(seedOfNonce))
    expect(seeds.size).toBe(7)
    const base = deriveExamSeed({ epochKey, sealHash: sealed, nonce: 1n })
    expect(deriveExamSeed({ epochKey: hash32(epochKey), sealHash: sealed, nonce: 1n })).not.toEqual(base)
    expect(deriveExamSeed({ epochKey, sealHash: hash32(sealed), nonce: 1n })).not.toEqual(base)
  })

  it('has no nonce outside 64 bits', () => {
    for (const nonce of [-1n, 1n << 64n]) {
      expect(() => deriveExamSeed({ epochKey, sealHash: sealed, nonce })).toThrow(RangeError)
    }
  })

  it.each<[keyof SealedHeader, Partial<SealedHeader>]>([
    ['parentHash', { parentHash: hash32(utf8ToBytes('another parent')) }],
    ['beneficiary', { beneficiary: toAddress(new Uint8Array(20).fill(0x12)) }],
    ['stateRoot', { stateRoot: hash32(utf8ToBytes('another state')) }],
    ['transactionsRoot', { transactionsRoot: hash32(utf8ToBytes('other transactions')) }],
    ['receiptsRoot', { receiptsRoot: hash32(utf8ToBytes('other receipts')) }],
    ['logsBloom', { logsBloom: someSealedHeader.logsBloom.with(9, 1) as SealedHeader['logsBloom'] }],
    ['target', { target: someSealedHeader.target - 1n }],
    ['number', { number: someSealedHeader.number + 1n }],
    ['gasLimit', { gasLimit: someSealedHeader.gasLimit + 1n }],
    ['gasUsed', { gasUsed: 1n }],
    ['timestamp', { timestamp: someSealedHeader.timestamp + 1n }],
    ['extraData', { extraData: utf8ToBytes('tesu') }],
    ['baseFeePerGas', { baseFeePerGas: someSealedHeader.baseFeePerGas + 1n }],
  ])('depends on the %s', (_member, change) => {
    const other = sealHash({ ...someSealedHeader, ...change })
    expect(deriveExamSeed({ epochKey, sealHash: other, nonce: 0n })).not.toEqual(
      deriveExamSeed({ epochKey, sealHash: sealed, nonce: 0n }),
    )
  })

  it('does not depend on the seal', () => {
    const worked = { ...someHeader, nonce: 5n, lossMicroNats: 9n, transcriptRoot: hash32(sealed) }
    expect(sealHash(worked)).toEqual(sealed)
  })
})

describe('questions', () => {
  const options = networkExamOptions(devnet)
  const build = createExamBuilder(options)
  const textOf = (parent: Hash32, number: bigint, nonce: bigint): string => {
    const header = { ...someSealedHeader, parentHash: parent, number }
    return build(deriveExamSeed({ epochKey, sealHash: sealHash(header), nonce })).text
  }

  it('are shared by no two heights and nonces, (h, n) and (h + 2, n - 1) least of all', () => {
    const seen = new Map<string, string>()
    const shared: string[] = []
    let parent = someSealedHeader.parentHash
    for (let number = 1n; number <= 12n; number++) {
      for (let nonce = 0n; nonce < 12n; nonce++) {
        const questions = textOf(parent, number, nonce).split('\n').slice(1).join('\n')
        const twin = seen.get(questions)
        if (twin !== undefined) shared.push(`(${number}, ${nonce}) and ${twin}`)
        seen.set(questions, `(${number}, ${nonce})`)
      }
      parent = headerHash({ ...someHeader, parentHash: parent, number })
    }
    expect(shared).toEqual([])
  })

  it('cannot be known before the parent: another hash of it asks others at the same height and nonce', () => {
    const one = headerHash({ ...someHeader, nonce: 1n })
    const two = headerHash({ ...someHeader, nonce: 2n })
    expect(textOf(one, 8n, 0n)).not.toBe(textOf(two, 8n, 0n))
  })
})

describe('exam options of a network', () => {
  it('are those of its parameters', () => {
    for (const network of [devnet, testnet]) {
      const { format, vocabulary, families } = networkExamOptions(network)
      const { format: _name, ...numbers } = network.work.exam
      expect(format).toEqual(numbers)
      expect(vocabulary.size).toBe(259)
      expect(families).toHaveLength(14)
    }
  })
})
