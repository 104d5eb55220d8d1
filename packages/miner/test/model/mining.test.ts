import type { AttemptSearcher } from '@poai/consensus'
import { silentLogger } from '@poai/core'
import { type BenchEngine, openBenchEngine } from '@poai/testing/bench-engine'
import { easyDevnet, testWallet } from '@poai/testing/chain'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createEvaluatingSearcher, createMiner, createSearcher, type MinedBlock } from '../../src/index.ts'
import { openStoredChain, type StoredChain } from '../support/stored-chain.ts'
import { systemClock } from '../support/system-clock.ts'

const beneficiary = testWallet('a miner').address
const BLOCKS = 3
const clock = systemClock

let model: BenchEngine

beforeAll(async () => {
  model = await openBenchEngine(undefined, { program: 'wasm', workers: 2, batchRequests: 4 })
})

afterAll(() => model.close())

async function openChain(): Promise<StoredChain> {
  const stored = await openStoredChain(easyDevnet, model.engine)
  onTestFinished(() => stored.close())
  return stored
}

describe.each<[string, () => AttemptSearcher]>([
  ['the whole attempts of an engine', () => createSearcher(model.engine, { clock })],
  ['the evaluations of an engine', () => createEvaluatingSearcher({ evaluator: model.engine, clock })],
])('a miner by %s', (_name, searcherOf) => {
  it('mines three blocks, which a second node replays by the rules and accepts', async () => {
    expect(model.engine.search).toBeDefined()
    const own = await openChain()
    const other = await openChain()
    const miner = createMiner(
      { params: easyDevnet, beneficiary, workers: 2 },
      { chain: own.chain, searcher: searcherOf(), clock, logger: silentLogger },
    )
    onTestFinished(() => miner.stop())
    const mined: MinedBlock[] = []
    const enough = Promise.withResolvers<void>()
    miner.onBlock((block) => {
      mined.push(block)
      if (mined.length === BLOCKS) enough.resolve()
    })
    await miner.start()
    await enough.promise
    const { status } = miner
    await miner.stop()
    expect(mined.every(({ fate }) => fate === 'head')).toBe(true)
    expect(status.attemptsPerSecond).toBeGreaterThan(0)
    expect(status.best?.workHash).toBeLessThan(easyDevnet.difficulty.easiestTarget)

    for (const { block } of mined) {
      expect(await other.chain.importEncoded(other.codecs.block.encode(block))).toMatchObject({ kind: 'head' })
    }
    const { number } = other.chain.head()
    const paid = other.chain.queries.stateAt(number)
    expect(paid.account(beneficiary)?.balance).toBe(number * easyDevnet.rewards.initialWei)
    await paid.close()
    for (const { check } of [own, other]) expect((await check()).faults).toEqual([])
  })

  it('leaves the workers idle when it stops', async () => {
    const { engine } = model
    const { chain } = await openChain()
    const searcher = searcherOf()
    const attempted = Promise.withResolvers<void>()
    const watched: AttemptSearcher = {
      search: (job, span, { onProgress, ...options } = {}) =>
        searcher.search(job, span, {
          ...options,
          onProgress: (progress) => {
            onProgress?.(progress)
            attempted.resolve()
          },
        }),
    }
    const miner = createMiner(
      { params: easyDevnet, beneficiary, workers: 2 },
      { chain, searcher: watched, clock, logger: silentLogger },
    )
    await miner.start()
    await attempted.promise
    await miner.stop()
    expect(engine.status.queued.mine).toBe(0)
  })
})
