import { MAX_EVALUATIONS } from '@poai/consensus'
import { bytesToHex, InvariantError, type RuleCode } from '@poai/core'
import { createFakeEngine, type InferenceEngine } from '@poai/inference'
import { type ChainGenerator, type GeneratedBlock, invalidBlock } from '@poai/testing/chain'
import { beforeAll, describe, expect, it } from 'vitest'
import type { FinishedStage, OrphanRejection } from '../../../src/index.ts'
import { ChainError } from '../../../src/index.ts'
import { importAll, openChainFixture, startGenerator, TEST_TIME_MS } from '../../support/chain-fixture.ts'
import { growWithTraffic } from '../../support/traffic.ts'

/** A quiet NaN in binary32. */
const NAN_BITS = 0x7fc00000

let generator: ChainGenerator
let blocks: readonly GeneratedBlock[]

function blockAt(index: number): GeneratedBlock {
  const block = blocks[index]
  if (block === undefined) throw new RangeError(`no block ${index}`)
  return block
}

beforeAll(async () => {
  generator = await startGenerator()
  blocks = await growWithTraffic(generator, generator.genesis, { length: 6, branch: 'trunk' })
})

describe('import', () => {
  it('tells what became of a block', async () => {
    const { chain } = await openChainFixture()
    const { block, hash } = blockAt(0)
    expect(await chain.importBlock(block)).toEqual({ kind: 'head', hash })
    expect(await chain.importBlock(block)).toEqual({ kind: 'known', hash })
    const sibling = await generator.child(generator.genesis)
    expect(await chain.importBlock(sibling.block)).toMatchObject({ kind: 'side' })
  })

  it('is one synced write for a block, wherever it ends up, and for a whole reorganisation', async () => {
    const { chain, writes } = await openChainFixture()
    await importAll(chain, blocks.slice(0, 3))
    expect(writes).toEqual([true, true, true])
    const branch = await generator.grow(generator.genesis, 4)
    await importAll(chain, branch)
    expect(chain.head()).toEqual(branch.at(-1)?.context)
    expect(writes).toEqual(Array.from({ length: 7 }, () => true))
  })

  it('does the work for a block once, however many bring it at the same time', async () => {
    const { chain, costs } = await openChainFixture()
    const { block, hash } = blockAt(0)
    const outcomes = await Promise.all([1, 2, 3].map(() => chain.importBlock(block)))
    expect(outcomes).toEqual([1, 2, 3].map(() => ({ kind: 'head', hash })))
    expect(costs).toMatchObject({ replays: 1, executions: 1 })
  })

  it('replays blocks of one chain side by side and commits them in order', async () => {
    const { chain, costs, heads } = await openChainFixture()
    const gate = Promise.withResolvers<void>()
    costs.hold = () => gate.promise
    const imports = blocks.map(({ block }) => chain.importBlock(block, { priority: 'sync' }))
    await expect.poll(() => costs.replays).toBe(blocks.length)
    gate.resolve()
    await Promise.all(imports)
    expect(heads.map(({ head }) => head.number)).toEqual([1n, 2n, 3n, 4n, 5n, 6n])
  })

  it('gives up the children in flight of a block that fails, and condemns them only with it', async () => {
    const bad = await generator.child(blockAt(0), { header: { gasUsed: 1n } })
    const [child] = await generator.grow(bad, 1)
    if (child === undefined) throw new Error('a child was grown')
    const { chain } = await openChainFixture()
    await importAll(chain, blocks.slice(0, 1))
    const [first, second] = await Promise.allSettled([chain.importBlock(bad.block), chain.importBlock(child.block)])
    expect(first).toMatchObject({ reason: { code: 'EXECUTION_GAS_USED' } })
    expect(second).toMatchObject({ reason: { code: 'HEADER_PARENT_INVALID' } })
  })

  it('does not go on with the child of a block that failed', async () => {
    const { chain, costs } = await openChainFixture()
    const failure = new ChainError('CHAIN_BUSY', 'stands for any failure of ours')
    const never = new Promise<void>(() => undefined)
    costs.hold = ({ number }) => (number === 1n ? Promise.reject(failure) : never)
    const imports = blocks.slice(0, 3).map(({ block }) => chain.importBlock(block))
    const settled = await Promise.allSettled(imports)
    expect(settled.map((result) => result.status === 'rejected' && result.reason.code)).toEqual([
      'CHAIN_BUSY',
      'CHAIN_PARENT_UNDECIDED',
      'CHAIN_PARENT_UNDECIDED',
    ])
  })

  it('syncs blocks of a synchronisation in groups, and what is left when it stops', async () => {
    const { chain, writes, close } = await openChainFixture({ chain: { limits: { maxUnsynced: 2 } } })
    const generator = await startGenerator()
    for (const { block } of await generator.grow(generator.genesis, 4)) {
      await chain.importBlock(block, { priority: 'sync' })
    }
    expect(writes).toEqual([false, false, true, false])
    await close()
    expect(writes.filter((synced) => synced)).toHaveLength(2)
  })

  it('writes nothing for a block that is given up while it is executed', async () => {
    const { chain, costs, writes } = await openChainFixture()
    const leaving = new AbortController()
    costs.onExecution = () => leaving.abort(new Error('nobody waits'))
    const empty = await generator.child(generator.genesis)
    await expect(chain.importBlock(empty.block, { signal: leaving.signal })).rejects.toThrow('nobody waits')
    await chain.stop()
    expect(chain.head().number).toBe(0n)
    expect(writes.filter((synced) => synced)).toEqual([])
  })

  it('blames nobody when the engine fails, and tries again', async () => {
    const { chain, costs } = await openChainFixture()
    const failure = new ChainError('CHAIN_BUSY', 'stands for any failure of ours')
    costs.replayFailures.push(failure)
    const [first, second] = await Promise.allSettled([
      chain.importBlock(blockAt(0).block),
      chain.importBlock(blockAt(1).block),
    ])
    expect(first).toMatchObject({ status: 'rejected', reason: failure })
    expect(second).toMatchObject({ reason: { code: 'CHAIN_PARENT_UNDECIDED' } })
    await importAll(chain, blocks)
    expect(chain.head()).toEqual(blockAt(5).context)
  })

  it('believes the second evaluation where the first one disagreed', async () => {
    const { chain, costs } = await openChainFixture()
    costs.flips = 1
    await chain.importBlock(blockAt(0).block)
    expect(costs).toMatchObject({ replays: 1, evaluations: 2 })
    costs.flips = 2
    const code: RuleCode = 'WORK_TRANSCRIPT_MISMATCH'
    await expect(chain.importBlock(blockAt(1).block)).rejects.toMatchObject({ code })
    expect(costs).toMatchObject({ replays: 2, evaluations: 4 })
  })

  it('pays one evaluation for an honest block and two for a forged one, and asks the verifier once', async () => {
    const { chain, costs } = await openChainFixture()
    await chain.importBlock(blockAt(0).block)
    expect(costs).toMatchObject({ replays: 1, evaluations: 1 })
    const { block } = await invalidBlock(generator, blockAt(0), 'WORK_TRANSCRIPT_MISMATCH')
    await expect(chain.importBlock(block)).rejects.toMatchObject({ code: 'WORK_TRANSCRIPT_MISMATCH' })
    expect(costs).toMatchObject({ replays: 2, evaluations: 1 + MAX_EVALUATIONS })
  })

  it('condemns a block for whose exam the model gives no finite numbers', async () => {
    const inner = createFakeEngine()
    await inner.start()
    const evaluate: InferenceEngine['evaluate'] = async (requests, options) =>
      (await inner.evaluate(requests, options)).map((evaluation) => ({
        ...evaluation,
        words: evaluation.words.with(0, NAN_BITS),
      }))
    const engine: InferenceEngine = {
      start: () => inner.start(),
      stop: () => inner.stop(),
      status: inner.status,
      evaluate,
      generate: (...call) => inner.generate(...call),
    }
    const { chain } = await openChainFixture({ engine })
    await expect(chain.importBlock(blockAt(0).block)).rejects.toMatchObject({ code: 'WORK_NOT_FINITE' })
  })

  it('leaves a block to the others when one caller that waits for it leaves, and gives it up with the last', async () => {
    const { chain, costs } = await openChainFixture()
    const gate = Promise.withResolvers<void>()
    costs.hold = () => gate.promise
    const [one, two] = [new AbortController(), new AbortController()]
    const { block } = blockAt(0)
    const waiting = [one, two].map(({ signal }) => chain.importBlock(block, { signal }))
    const settled = Promise.allSettled(waiting)
    one.abort(new Error('the first left'))
    await expect(waiting[0]).rejects.toThrow('the first left')
    two.abort(new Error('the last left'))
    await expect(waiting[1]).rejects.toThrow('the last left')
    await settled
    // Whoever comes then is not given somebody else's reason.
    costs.hold = async () => undefined
    gate.resolve()
    expect(await chain.importBlock(block)).toMatchObject({ kind: 'head' })
  })

  it('takes no more than a bounded number of blocks at once', async () => {
    const { chain, costs } = await openChainFixture({ chain: { limits: { maxInFlight: 2 } } })
    const gate = Promise.withResolvers<void>()
    costs.hold = () => gate.promise
    const imports = blocks.slice(0, 2).map(({ block }) => chain.importBlock(block))
    await expect.poll(() => costs.replays).toBe(2)
    await expect(chain.importBlock(blockAt(2).block)).rejects.toMatchObject({ code: 'CHAIN_BUSY' })
    gate.resolve()
    await Promise.all(imports)
    await chain.importBlock(blockAt(2).block)
  })

  it('stops: gives up what is in flight, and takes nothing more', async () => {
    const { chain, costs, check } = await openChainFixture()
    const gate = Promise.withResolvers<void>()
    costs.hold = () => gate.promise
    const importing = Promise.allSettled([chain.importBlock(blockAt(0).block)])
    const stopping = chain.stop()
    gate.resolve()
    await stopping
    expect(await importing).toMatchObject([{ reason: { code: 'CHAIN_NOT_RUNNING' } }])
    await expect(chain.importBlock(blockAt(0).block)).rejects.toMatchObject({ code: 'CHAIN_NOT_RUNNING' })
    expect((await check()).faults).toEqual([])
  })
})

describe('orphans', () => {
  it('wait for their parents and follow them', async () => {
    const { chain } = await openChainFixture()
    for (const { block, hash } of blocks.slice(1).toReversed()) {
      const missing = block.header.parentHash
      expect(await chain.importBlock(block, { source: 'peer' })).toEqual({ kind: 'orphan', hash, missing })
    }
    const reached = new Promise<void>((resolve) => {
      chain.onHead(({ head }) => {
        if (head.number === 6n) resolve()
      })
    })
    await chain.importBlock(blockAt(0).block)
    await reached
    expect(chain.head()).toEqual(blockAt(5).context)
  })

  it('are refused at once where no parent is needed to see what is wrong', async () => {
    const { chain } = await openChainFixture()
    const { block } = blockAt(1)
    const body = { transactions: [] }
    await expect(chain.importBlock({ ...block, body })).rejects.toMatchObject({ code: 'BODY_TRANSACTIONS_ROOT' })
  })

  it('that turn out invalid are told with their source', async () => {
    const bad = await generator.child(blockAt(0), { header: { gasUsed: 1n } })
    const { chain } = await openChainFixture()
    const told = new Promise<OrphanRejection>((resolve) => {
      chain.onOrphanRejected(resolve)
    })
    await chain.importBlock(bad.block, { source: 'peer 7' })
    await chain.importBlock(blockAt(0).block)
    const rejection = await told
    expect(rejection).toMatchObject({ source: 'peer 7', error: { code: 'EXECUTION_GAS_USED' } })
    expect(bytesToHex(rejection.hash)).toBe(bytesToHex(bad.hash))
  })

  it('are told to whoever watches imports like any other block, with their stages and what failed', async () => {
    const { chain, costs } = await openChainFixture()
    const told: FinishedStage[] = []
    const over = new Promise<void>((resolve) => {
      chain.onStage((stage) => {
        told.push(stage)
        if (stage.stage === 'import' && stage.number === 3n && 'error' in stage.end) resolve()
      })
    })
    const broken = new InvariantError('stands for a fault of ours')
    costs.onExecution = () => {
      if (costs.executions === 3) throw broken
    }
    for (const { block } of blocks.slice(0, 3).toReversed()) await chain.importBlock(block)
    await over
    expect(told.map(({ stage, number, end }) => [stage, number, 'error' in end ? end.error : end.outcome])).toEqual([
      ['import', 3n, 'orphan'],
      ['import', 2n, 'orphan'],
      ['replay', 1n, 'valid'],
      ['execution', 1n, 'done'],
      ['import', 1n, 'head'],
      ['replay', 2n, 'valid'],
      ['execution', 2n, 'done'],
      ['import', 2n, 'head'],
      ['replay', 3n, 'valid'],
      ['execution', 3n, broken],
      ['import', 3n, broken],
    ])
    expect(told.at(-1)).toMatchObject({ hash: blockAt(2).hash, beganMs: TEST_TIME_MS })
  })

  it('and other blocks are told once for each caller that waits, and for one that left', async () => {
    const { chain, costs } = await openChainFixture()
    const told: FinishedStage[] = []
    chain.onStage((stage) => told.push(stage))
    const gate = Promise.withResolvers<void>()
    costs.hold = () => gate.promise
    const leaving = new AbortController()
    const { block } = blockAt(0)
    const left = chain.importBlock(block, { signal: leaving.signal })
    leaving.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    gate.resolve()
    await Promise.all([chain.importBlock(block), chain.importBlock(block)])
    const imports = told.filter(({ stage }) => stage === 'import')
    expect(imports.map(({ end }) => ('error' in end ? 'left' : end.outcome))).toEqual(['left', 'head', 'head'])
  })
})
