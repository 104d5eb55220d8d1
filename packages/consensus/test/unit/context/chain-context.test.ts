import {
  type ChainContext,
  chainContextCodec,
  deriveEpochKey,
  epochIndex,
  extendContext,
  genesisContext,
  isLastOfEpoch,
  nextEpochKey,
  validateHeaderAlone,
  validateHeaderInContext,
  workOfTarget,
} from '@poai/consensus'
import {
  bytesToHex,
  devnet,
  genesisHash,
  genesisHeader,
  type Hash32,
  headerHash,
  InvariantError,
  type NetworkParams,
  RuleError,
  toHash32,
} from '@poai/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { childHeader, growChain, sampleContext, sampleParams } from '../../support/sample-chain.ts'

describe('the context of the genesis block', () => {
  it('says what block 1 must follow from', () => {
    const genesis = genesisHeader(devnet)
    expect(genesisContext(devnet)).toEqual({
      hash: genesisHash(devnet),
      number: 0n,
      timestamp: genesis.timestamp,
      gasLimit: genesis.gasLimit,
      gasUsed: 0n,
      baseFeePerGas: genesis.baseFeePerGas,
      totalWork: 0n,
      recentTimestamps: [genesis.timestamp],
      anchor: { number: 0n, timestamp: genesis.timestamp, target: devnet.difficulty.initialTarget },
      epochSeed: genesisHash(devnet),
    })
  })
})

describe('a context that grows', () => {
  it('takes the last block from its header and adds its work', () => {
    const header = childHeader(sampleContext, { gasUsed: 123n })
    const { number, timestamp, gasLimit, gasUsed, baseFeePerGas } = header
    const extended = extendContext(sampleParams, sampleContext, header)
    expect(extended).toMatchObject({ number, timestamp, gasLimit, gasUsed, baseFeePerGas })
    expect(bytesToHex(extended.hash)).toBe(bytesToHex(headerHash(header)))
    expect(extended.totalWork).toBe(sampleContext.totalWork + workOfTarget(header.target))
  })

  it('remembers as many timestamps as the median needs', () => {
    expect(growChain(10).recentTimestamps).toHaveLength(11)
    const { recentTimestamps, timestamp } = growChain(11)
    expect(recentTimestamps).toHaveLength(11)
    expect(recentTimestamps[0]).toBe(sampleParams.genesis.timestamp + 5n)
    expect(recentTimestamps.at(-1)).toBe(timestamp)
    const onlyParent: NetworkParams = { ...sampleParams, time: { ...sampleParams.time, medianSpan: 1 } }
    const short = growChain(5, () => ({}), onlyParent)
    expect(short.recentTimestamps).toEqual([short.timestamp])
  })

  it('gives each epoch the hash of the last block before it', () => {
    const genesis = genesisContext(sampleParams)
    const contexts: ChainContext[] = [genesis]
    for (let i = 1; i <= 9; i++) contexts.push(growChain(i))
    const seedAfter = (number: number): string => bytesToHex((contexts[number] as ChainContext).epochSeed)
    const hashOf = (number: number): string => bytesToHex((contexts[number] as ChainContext).hash)
    // Epochs of 4: the blocks 0..3 are epoch 0, 4..7 epoch 1. The seed after block n is that of block n + 1.
    for (const number of [0, 1, 2]) expect(seedAfter(number)).toBe(hashOf(0))
    for (const number of [3, 4, 5, 6]) expect(seedAfter(number)).toBe(hashOf(3))
    for (const number of [7, 8, 9]) expect(seedAfter(number)).toBe(hashOf(7))
  })

  it('refuses a header that is not the next: the caller forgot to validate', () => {
    const header = childHeader(sampleContext)
    expect(() => extendContext(sampleParams, sampleContext, { ...header, number: 20n })).toThrow(InvariantError)
    expect(() => extendContext(sampleParams, sampleContext, { ...header, number: 22n })).toThrow(InvariantError)
  })

  it('lets a chain that keeps the rules pass them, whatever its pace', () => {
    const pace = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(pace, (seconds) => {
        let context = genesisContext(sampleParams)
        for (const spacing of seconds) {
          const header = childHeader(context, { timestamp: context.timestamp + BigInt(spacing), gasUsed: 9_000_000n })
          validateHeaderAlone({ params: sampleParams, header })
          validateHeaderInContext({ params: sampleParams, context, header, nowSeconds: header.timestamp })
          context = extendContext(sampleParams, context, header)
        }
        expect(context.number).toBe(BigInt(seconds.length))
      }),
      { numRuns: 30 },
    )
  })
})

describe('epochs', () => {
  it('have a fixed number of blocks, the genesis block counted', () => {
    expect([0n, 1n, 3n, 4n, 7n, 8n].map((number) => epochIndex(number, 4n))).toEqual([0n, 0n, 0n, 1n, 1n, 2n])
    expect([0n, 2n, 3n, 4n, 7n].map((number) => isLastOfEpoch(number, 4n))).toEqual([false, false, true, false, true])
    expect(isLastOfEpoch(0n, 1n)).toBe(true)
  })

  it('key the next block, not the last', () => {
    const third = growChain(3)
    expect(bytesToHex(nextEpochKey(sampleParams, third))).toBe(bytesToHex(deriveEpochKey(third.hash, 1n)))
    const second = growChain(2)
    const seed = genesisHash(sampleParams)
    expect(bytesToHex(nextEpochKey(sampleParams, second))).toBe(bytesToHex(deriveEpochKey(seed, 0n)))
  })
})

const fill = (byte: number): Hash32 => toHash32(new Uint8Array(32).fill(byte))

/** A context as it stands on disks. */
const recorded: ChainContext = {
  hash: fill(1),
  number: 2n,
  timestamp: 1000n,
  gasLimit: 30_000_000n,
  gasUsed: 21_000n,
  baseFeePerGas: 7n,
  totalWork: 512n,
  recentTimestamps: [990n, 1000n],
  anchor: { number: 1n, timestamp: 990n, target: 1n << 248n },
  epochSeed: fill(2),
}
const RECORDED_BYTES =
  '0xf87fa00101010101010101010101010101010101010101010101010101010101010101' +
  '028203e88401c9c38082520807820200c68203de8203e8e5018203de' +
  'a00100000000000000000000000000000000000000000000000000000000000000' +
  'a00202020202020202020202020202020202020202020202020202020202020202'

describe('the codec of contexts', () => {
  it('brings every context back', () => {
    for (const context of [genesisContext(devnet), growChain(1), sampleContext]) {
      expect(chainContextCodec.decode(chainContextCodec.encode(context))).toEqual(context)
    }
  })

  it('fits its bound with every member at its largest', () => {
    const largest: ChainContext = {
      ...sampleContext,
      number: (1n << 64n) - 1n,
      timestamp: (1n << 64n) - 1n,
      gasLimit: (1n << 64n) - 1n,
      gasUsed: (1n << 64n) - 1n,
      baseFeePerGas: (1n << 256n) - 1n,
      totalWork: (1n << 320n) - 1n,
      recentTimestamps: Array.from({ length: 101 }, () => (1n << 64n) - 1n),
      anchor: { number: (1n << 64n) - 1n, timestamp: (1n << 64n) - 1n, target: (1n << 256n) - 1n },
    }
    const bytes = chainContextCodec.encode(largest)
    expect(bytes.length).toBeLessThanOrEqual(chainContextCodec.maxBytes)
    expect(chainContextCodec.decode(bytes)).toEqual(largest)
  })

  it('refuses a damaged context', () => {
    const bytes = chainContextCodec.encode(sampleContext)
    expect(() => chainContextCodec.decode(bytes.subarray(1))).toThrow(RuleError)
    expect(() => chainContextCodec.decode(bytes.subarray(0, -1))).toThrow(RuleError)
  })

  it('writes the same bytes forever: they are on disks', () => {
    expect(bytesToHex(chainContextCodec.encode(recorded))).toBe(RECORDED_BYTES)
  })
})
