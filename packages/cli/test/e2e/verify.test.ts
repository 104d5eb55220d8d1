import { createReplayVerifier } from '@poai/consensus'
import { equalBytes, genesisHash, type Header, silentLogger } from '@poai/core'
import { type BlockStore, createBlockStore, openDatabase, RETENTIONS } from '@poai/storage'
import { testNetwork } from '@poai/testing/chain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withReplayingChain } from '../../src/db/with-replaying-chain.ts'
import { inOrder } from '../../src/verify/in-order.ts'
import { openRangeProgress } from '../../src/verify/range-progress.ts'
import { type VerifyReport, verifyByRebuilding } from '../../src/verify/verify-chain.ts'
import { verifyRange } from '../../src/verify/verify-range.ts'
import { type GeneratedData, generateData } from '../support/generated-data.ts'

const LENGTH = 24
const never = new AbortController().signal

let data: GeneratedData
let blocks: BlockStore
let close: () => Promise<void>
beforeAll(async () => {
  data = await generateData({ length: LENGTH })
  const directory = await data.directory(LENGTH)
  const database = await openDatabase(directory.chain, { genesisHash: genesisHash(testNetwork) })
  close = database.close
  blocks = createBlockStore(database.store, data.codecs)
})
afterAll(async () => {
  await close()
  await data.remove()
})

/** The same database with another header at one height. */
function forged(number: bigint, changes: Partial<Header>): BlockStore {
  const wanted = blocks.canonicalHash(number)
  return {
    ...blocks,
    header: (hash) => {
      const header = blocks.header(hash)
      return header !== undefined && wanted !== undefined && equalBytes(hash, wanted)
        ? { ...header, ...changes }
        : header
    },
  }
}

function rebuild(
  source: BlockStore,
  name: string,
  signal = never,
  onBlock = (_number: bigint): void => undefined,
): Promise<VerifyReport> {
  const path = data.path(name)
  const scratch = { path, chain: `${path}/chain`, params: testNetwork }
  const dependencies = { evaluator: data.evaluator, retention: RETENTIONS.light, logger: silentLogger }
  return withReplayingChain(scratch, dependencies, (chain) => verifyByRebuilding(source, chain, { signal, onBlock }))
}

function range(source: BlockStore, from: bigint, to: bigint): Promise<VerifyReport> {
  const verifier = createReplayVerifier(testNetwork, {
    evaluator: data.evaluator,
    logger: silentLogger,
  })
  const options = { signal: never, onBlock: () => undefined }
  return verifyRange({ from, to }, { params: testNetwork, blocks: source, verifier }, options)
}

describe('verifying a whole chain', () => {
  it('builds it anew, and goes on where it was interrupted', async () => {
    const stop = new AbortController()
    const interrupted = rebuild(blocks, 'whole', stop.signal, (number) => {
      if (number === 9n) stop.abort()
    })
    await expect(interrupted).rejects.toMatchObject({ name: 'AbortError' })
    const { verified, lastGood, fault } = await rebuild(blocks, 'whole')
    expect({ lastGood, fault }).toEqual({ lastGood: BigInt(LENGTH), fault: undefined })
    expect(verified).toBeGreaterThan(0)
    expect(verified).toBeLessThanOrEqual(LENGTH - 9)
  })

  it.each([
    ['a loss that the model did not give', { lossMicroNats: 1n }],
    ['coins from nowhere', { stateRoot: new Uint8Array(32) as Header['stateRoot'] }],
    ['a time before its parent', { timestamp: 1n }],
  ])('finds the block with %s', async (name, changes) => {
    const report = await rebuild(forged(13n, changes), name.replaceAll(' ', '-'))
    expect(report).toMatchObject({ lastGood: 12n, fault: { number: 13n } })
  })
})

describe('verifying a range', () => {
  it('looks at just that, from the first block on too', async () => {
    expect(await range(blocks, 1n, 5n)).toEqual({ verified: 5, lastGood: 5n, fault: undefined })
    expect(await range(blocks, 7n, BigInt(LENGTH))).toMatchObject({ verified: LENGTH - 6, fault: undefined })
  })

  it('finds the bad block in it, and none outside of it', async () => {
    const bad = forged(13n, { lossMicroNats: 1n })
    expect(await range(bad, 10n, 20n)).toMatchObject({ verified: 3, lastGood: 12n, fault: { number: 13n } })
    expect(await range(bad, 15n, 20n)).toMatchObject({ fault: undefined })
    // What stands before the range is not believed where it is not even whole.
    await expect(range(bad, 14n, 20n)).rejects.toMatchObject({ code: 'STORAGE_DAMAGED' })
  })

  it('remembers how far it came, for the same range of the same chain', async () => {
    const path = data.path('verify.json')
    const progress = openRangeProgress(path, { from: 3n, to: 20n }, blocks)
    expect(await progress.load()).toBe(3n)
    await progress.save(11n)
    expect(await progress.load()).toBe(12n)
    expect(await openRangeProgress(path, { from: 4n, to: 20n }, blocks).load()).toBe(4n)
    const other = { canonicalHash: (number: bigint) => blocks.canonicalHash(number - 1n) }
    expect(await openRangeProgress(path, { from: 3n, to: 20n }, other).load()).toBe(3n)
    await progress.clear()
    expect(await progress.load()).toBe(3n)
  })
})

describe('work in order', () => {
  async function* numbers(count: number): AsyncGenerator<number, void, void> {
    for (let number = 0; number < count; number++) yield number
  }

  it('has so much under way and no more, and keeps the order', async () => {
    let running = 0
    let most = 0
    const results: number[] = []
    const work = async (number: number): Promise<number> => {
      most = Math.max(most, ++running)
      for (let turn = number % 4; turn >= 0; turn--) await Promise.resolve()
      running--
      return number * 10
    }
    for await (const { result } of inOrder(numbers(20), 4, work)) results.push(result)
    expect(results).toEqual(Array.from({ length: 20 }, (_, number) => number * 10))
    expect(most).toBeLessThanOrEqual(4)
  })

  it('throws the first failure in its turn, after what came before', async () => {
    const seen: number[] = []
    const work = async (number: number): Promise<number> => {
      if (number >= 3) throw new RangeError(`number ${number}`)
      return number
    }
    const all = (async () => {
      for await (const { item } of inOrder(numbers(9), 4, work)) seen.push(item)
    })()
    await expect(all).rejects.toThrow('number 3')
    expect(seen).toEqual([0, 1, 2])
  })
})
