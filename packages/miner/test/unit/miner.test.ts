import { Emitter, silentLogger } from '@poai/core'
import { signTransaction, testNetwork, testWallet, WALLETS, type Wallet } from '@poai/testing/chain'
import { describe, expect, it } from 'vitest'
import type { MinedBlock, Miner, MiningGate } from '../../src/index.ts'
import { type MiningFixture, openMiningFixture } from '../support/mining-fixture.ts'
import { hardNetwork, openNetwork } from '../support/test-networks.ts'
import { until } from '../support/until.ts'

const [alice, bob] = WALLETS as readonly [Wallet, Wallet]
const poor = testWallet('a miner without money').address

function collectBlocks(miner: Miner): MinedBlock[] {
  const blocks: MinedBlock[] = []
  miner.onBlock((block) => blocks.push(block))
  return blocks
}

/** Sends a transaction to the pool. */
async function pay({ chain }: MiningFixture, nonce: bigint): Promise<void> {
  await chain.mempool.add(signTransaction(testNetwork.chainId, alice, { nonce, to: bob.address }))
}

describe('a miner', () => {
  it('mines one block after the other, and knows what they pay', async () => {
    const fixture = await openMiningFixture()
    const { chain, engine, clock } = fixture
    const miner = fixture.miner({ beneficiary: poor })
    const blocks = collectBlocks(miner)
    expect(miner.status.state).toBe('stopped')
    engine.isOpen = true
    await pay(fixture, 0n)
    await miner.start()
    await until('five blocks', () => blocks.length >= 5)
    clock.now += 1000
    const { status } = miner
    await miner.stop()
    expect(blocks.every(({ fate }) => fate === 'head')).toBe(true)
    expect((await chain.queries.block(1n))?.body.transactions).toHaveLength(1)
    expect(status).toMatchObject({ blocksLost: 0, blocksInvalid: 0 })
    expect(status.blocksFound).toBeGreaterThanOrEqual(status.blocksAccepted)
    expect(status.attempts).toBeGreaterThanOrEqual(status.blocksFound)
    expect(status.attemptsPerSecond).toBeGreaterThan(0)
    expect(status.tokensPerSecond).toBeCloseTo(status.attemptsPerSecond * testNetwork.work.exam.tokens)
    expect(status.best?.workHash).toBeLessThan(testNetwork.difficulty.easiestTarget)
    const after = miner.status
    expect(after).toMatchObject({
      state: 'stopped',
      attemptsPerSecond: 0,
      blocksCanonical: Number(chain.head().number),
    })
    expect(after.rewardsWei).toBe(chain.queries.stateAt(chain.head().number).account(poor)?.balance)
  })

  it('keeps two calls a worker in flight, each with its own nonces', async () => {
    const { engine, miner: create } = await openMiningFixture(hardNetwork)
    const miner = create({ workers: 3 })
    await miner.start()
    await until('six calls', () => engine.held.length === 6)
    expect(miner.status.state).toBe('mining')
    const exams = engine.held.flatMap(({ requests }) => requests.map(({ tokens }) => tokens.join()))
    expect(new Set(exams).size).toBe(exams.length)
    engine.answerAll()
    await until('six more calls', () => engine.held.length === 6)
    expect(miner.status.attempts).toBe(6)
  })

  it('drops what is in flight at a new head, and goes on above it', async () => {
    const { chain, engine, generator, miner: create } = await openMiningFixture()
    const miner = create({ workers: 2 })
    await miner.start()
    await until('four calls', () => engine.held.length === 4)
    const before = [...engine.held]
    const [stranger] = await generator.grow(generator.genesis, 1)
    if (stranger === undefined) throw new Error('a block was grown')
    await chain.importBlock(stranger.block)
    expect(before.some((call) => engine.held.includes(call))).toBe(false)
    await until('four calls above it', () => engine.held.length === 4)
    // Two of the four were in the workers' hands.
    expect(miner.status).toMatchObject({ state: 'mining', number: 2n, attempts: 0, staleAttempts: 2, staleShare: 1 })
  })

  it('takes new transactions into its template, and what was in flight still makes a block', async () => {
    const fixture = await openMiningFixture(openNetwork)
    const { chain, engine, clock } = fixture
    const miner = fixture.miner()
    const blocks = collectBlocks(miner)
    await miner.start()
    await until('two calls', () => engine.held.length === 2)
    const [oldest, second] = engine.held
    await pay(fixture, 0n)
    await clock.advance(1000)
    expect(engine.held).toEqual([oldest, second])
    oldest?.answer()
    await until('the block', () => blocks.length === 1)
    expect(blocks[0]).toMatchObject({ fate: 'head', block: { body: { transactions: [] } } })
    await until('calls for the next block', () => engine.held.length === 2)
    engine.answerAll()
    await until('the next block', () => blocks.length === 2)
    expect(blocks[1]?.block.body.transactions).toHaveLength(1)
    expect(chain.head().number).toBe(2n)
    expect(miner.status.staleAttempts).toBeGreaterThan(0)
  })

  it('keeps the time of its template right', async () => {
    const { engine, clock, miner: create } = await openMiningFixture(openNetwork)
    const miner = create({ templateAgeMs: 2000 })
    const blocks = collectBlocks(miner)
    await miner.start()
    await until('two calls', () => engine.held.length === 2)
    const stale = [...engine.held]
    await clock.advance(1999)
    await clock.advance(1)
    await until('a new template', () => clock.sleepers > 0)
    // Failed calls are made again, for the new template.
    for (const { fail } of stale) fail(new Error('a worker died'))
    await until('a pause', () => clock.sleepers === 2)
    await clock.advance(500)
    await until('calls again', () => engine.held.length === 2)
    engine.answerAll()
    await until('the block', () => blocks.length === 1)
    expect(Number(blocks[0]?.block.header.timestamp)).toBe(Math.floor((clock.now - 500) / 1000))
  })

  it('waits for the clock where blocks come faster than seconds pass', async () => {
    const { chain, engine, clock, miner: create } = await openMiningFixture(openNetwork)
    const miner = create()
    engine.isOpen = true
    await miner.start()
    await until('the clock is what lacks', () => miner.status.reason === 'blocks come faster than seconds pass')
    const { number, timestamp } = chain.head()
    expect(miner.status.state).toBe('waiting')
    // Half of the 15 s that the rules allow.
    expect(Number(timestamp) - clock.now / 1000).toBeLessThanOrEqual(7)
    await clock.advance(1000)
    await until('another block', () => chain.head().number > number)
    expect(miner.status.blocksInvalid).toBe(0)
  })

  it('takes a new range when the nonces are spent', async () => {
    const { chain, engine, miner: create } = await openMiningFixture(hardNetwork)
    const ranges: bigint[] = []
    const nonces = {
      next: () => {
        const first = BigInt(ranges.length) << 8n
        ranges.push(first)
        return { first, end: first + 3n }
      },
    }
    const miner = create({}, { nonces })
    await miner.start()
    engine.isOpen = true
    await until('four ranges', () => ranges.length >= 4)
    expect(miner.status.attempts).toBeGreaterThanOrEqual(6)
    expect(chain.head().number).toBe(0n)
  })

  it('pays another beneficiary from now on', async () => {
    const { engine, miner: create } = await openMiningFixture(openNetwork)
    const miner = create()
    const blocks = collectBlocks(miner)
    await miner.start()
    await until('two calls', () => engine.held.length === 2)
    const before = [...engine.held]
    miner.setBeneficiary(poor)
    expect(before.some((call) => engine.held.includes(call))).toBe(false)
    await until('two calls anew', () => engine.held.length === 2)
    engine.answerAll()
    await until('the block', () => blocks.length === 1)
    expect(blocks[0]?.block.header.beneficiary).toEqual(poor)
    expect(miner.status.beneficiary).toEqual(poor)
  })
})

describe('a miner that should not mine', () => {
  it('waits for its gate, and says why', async () => {
    const { engine, miner: create } = await openMiningFixture()
    const changes = new Emitter<void>('gate', silentLogger)
    let reason: string | undefined = 'no peers'
    const gate: MiningGate = { closedBecause: () => reason, onChange: changes.subscribe }
    const miner = create({}, { gate })
    await miner.start()
    expect(miner.status).toMatchObject({ state: 'waiting', reason: 'no peers' })
    reason = undefined
    changes.emit()
    await until('two calls', () => engine.held.length === 2)
    reason = 'syncing'
    changes.emit()
    expect(engine.held).toEqual([])
    expect(miner.status).toMatchObject({ state: 'waiting', reason: 'syncing' })
  })

  it('pauses and goes on', async () => {
    const { engine, miner: create } = await openMiningFixture()
    const miner = create()
    miner.pause()
    await miner.start()
    expect(miner.status.state).toBe('paused')
    expect(engine.held).toEqual([])
    miner.resume()
    await until('two calls', () => engine.held.length === 2)
    miner.pause()
    expect(engine.held).toEqual([])
    expect(miner.status).toMatchObject({ state: 'paused', attemptsPerSecond: 0 })
  })

  it('stops twice and starts once', async () => {
    const { engine, miner: create } = await openMiningFixture()
    const miner = create()
    await miner.start()
    await expect(miner.start()).rejects.toThrow('started once')
    await until('two calls', () => engine.held.length === 2)
    await Promise.all([miner.stop(), miner.stop()])
    expect(engine.held).toEqual([])
    const never = create()
    await never.stop()
    await expect(never.start()).rejects.toThrow('started once')
  })
})

describe('a miner in trouble', () => {
  it('pauses longer and longer while the engine fails, and logs the beginning and the end', async () => {
    const { engine, clock, log, miner: create } = await openMiningFixture(hardNetwork)
    const broken = new Error('no worker')
    engine.failures.push(...Array.from({ length: 6 }, () => broken))
    const miner = create()
    await miner.start()
    // Two lanes fail together: one failure of the engine.
    for (const pauseMs of [500, 1000, 2000]) {
      await until('a pause', () => miner.status.reason === 'no worker' && clock.sleepers >= 2)
      await clock.advance(pauseMs - 1)
      expect(miner.status).toMatchObject({ state: 'waiting', reason: 'no worker' })
      await clock.advance(1)
    }
    await until('two calls', () => engine.held.length === 2)
    engine.answerAll()
    await until('answers', () => miner.status.attempts > 0)
    expect(miner.status).toMatchObject({ state: 'mining', reason: undefined })
    const told = log.filter(({ level }) => level !== 'debug')
    expect(told.map(({ level, data }) => [level, data?.['error'] ?? data?.['failures']])).toEqual([
      ['warn', broken],
      ['info', 3],
    ])
  })

  it('stops after own blocks in a row that do not pass the replay, until it is told to go on', async () => {
    const { chain, engine, log, miner: create } = await openMiningFixture(openNetwork)
    engine.isOpen = true
    // A worker that computes wrongly, and verifiers that do not.
    engine.tamper = (evaluation, priority) =>
      priority === 'mine'
        ? { ...evaluation, words: evaluation.words.map((word, i) => (i === 2 ? word ^ 1 : word)) }
        : evaluation
    const miner = create({ maxInvalidBlocks: 2 })
    const blocks = collectBlocks(miner)
    await miner.start()
    await until('it failed', () => miner.status.state === 'failed')
    expect(blocks.map(({ fate }) => fate)).toEqual(['invalid', 'invalid'])
    expect(miner.status).toMatchObject({ blocksFound: 2, blocksInvalid: 2, blocksAccepted: 0 })
    expect(log.filter(({ level }) => level === 'error')).toHaveLength(3)
    expect(log.find(({ level }) => level === 'error')?.data).toMatchObject({ code: 'WORK_TRANSCRIPT_MISMATCH' })
    engine.tamper = (evaluation) => evaluation
    miner.resume()
    await until('a block', () => chain.head().number > 0n)
  })

  it('does not give a block up over a passing failure of the import', async () => {
    const { chain, engine, clock, miner: create } = await openMiningFixture(openNetwork)
    let failures = 2
    const importBlock: typeof chain.importBlock = async (block, options) => {
      if (failures-- > 0) throw new Error('the disk is full')
      return chain.importBlock(block, options)
    }
    const miner = create({}, { chain: { ...chain, importBlock } })
    const blocks = collectBlocks(miner)
    await miner.start()
    await until('two calls', () => engine.held.length === 2)
    engine.held[0]?.answer()
    for (const pauseMs of [500, 1000]) {
      await until('a pause', () => miner.status.state === 'importing' && clock.sleepers === 1)
      await clock.advance(pauseMs)
    }
    await until('the block', () => blocks.length === 1)
    expect(blocks[0]?.fate).toBe('head')
  })

  it('lets a block go when the head has moved meanwhile', async () => {
    const { chain, engine, generator, clock, miner: create } = await openMiningFixture(openNetwork)
    const importBlock: typeof chain.importBlock = () => Promise.reject(new Error('the disk is full'))
    const miner = create({}, { chain: { ...chain, importBlock } })
    const blocks = collectBlocks(miner)
    await miner.start()
    await until('two calls', () => engine.held.length === 2)
    engine.held[0]?.answer()
    await until('a pause', () => miner.status.state === 'importing' && clock.sleepers === 1)
    const [stranger] = await generator.grow(generator.genesis, 1)
    if (stranger === undefined) throw new Error('a block was grown')
    await chain.importBlock(stranger.block)
    await clock.advance(500)
    await until('its fate', () => blocks.length === 1)
    expect(blocks[0]?.fate).toBe('lost')
    expect(miner.status).toMatchObject({ blocksLost: 1, blocksFound: 1 })
    await until('work above the stranger', () => miner.status.number === 2n)
  })

  it('counts a block that came second', async () => {
    const { chain, engine, generator, miner: create } = await openMiningFixture(openNetwork)
    const [stranger] = await generator.grow(generator.genesis, 1)
    if (stranger === undefined) throw new Error('a block was grown')
    // The stranger's block overtakes ours on the way to the writer.
    const importBlock: typeof chain.importBlock = async (block, options) => {
      await chain.importBlock(stranger.block)
      return chain.importBlock(block, options)
    }
    const miner = create({}, { chain: { ...chain, importBlock } })
    const blocks = collectBlocks(miner)
    await miner.start()
    await until('two calls', () => engine.held.length === 2)
    engine.held[0]?.answer()
    await until('its fate', () => blocks.length === 1)
    expect(blocks[0]?.fate).toBe('side')
    expect(miner.status).toMatchObject({ blocksLost: 1, blocksCanonical: 0, rewardsWei: 0n })
  })

  it('waits at its stop for the block that it has just found', async () => {
    const { chain, engine, miner: create } = await openMiningFixture(openNetwork)
    const gate = Promise.withResolvers<void>()
    const importBlock: typeof chain.importBlock = async (block, options) => {
      await gate.promise
      return chain.importBlock(block, options)
    }
    const miner = create({}, { chain: { ...chain, importBlock } })
    await miner.start()
    await until('two calls', () => engine.held.length === 2)
    engine.held[0]?.answer()
    await until('an import', () => miner.status.state === 'importing')
    const stopped = miner.stop()
    gate.resolve()
    await stopped
    expect(chain.head().number).toBe(1n)
  })

  it('gives up at its stop when the import hangs', async () => {
    const { chain, engine, clock, miner: create } = await openMiningFixture(openNetwork)
    const importBlock: typeof chain.importBlock = (_block, { signal } = {}) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    const miner = create({}, { chain: { ...chain, importBlock } })
    const blocks = collectBlocks(miner)
    await miner.start()
    await until('two calls', () => engine.held.length === 2)
    engine.held[0]?.answer()
    await until('an import', () => miner.status.state === 'importing')
    const stopped = miner.stop()
    await until('the grace', () => clock.sleepers === 1)
    await clock.advance(5000)
    await stopped
    expect(blocks.map(({ fate }) => fate)).toEqual(['lost'])
  })

  it('tries again when no template can be made', async () => {
    const { chain, engine, clock, log, miner: create } = await openMiningFixture(hardNetwork)
    let failures = 1
    const templates: typeof chain.templates = {
      ...chain.templates,
      build: async (request) => {
        if (failures-- > 0) throw new Error('the state is being pruned')
        return chain.templates.build(request)
      },
    }
    const miner = create({}, { chain: { ...chain, templates } })
    await miner.start()
    await until('a pause', () => clock.sleepers === 1)
    expect(miner.status).toMatchObject({ state: 'waiting', reason: 'the state is being pruned' })
    await clock.advance(500)
    await until('two calls', () => engine.held.length === 2)
    expect(log.map(({ level }) => level)).toEqual(['warn', 'info'])
  })
})
