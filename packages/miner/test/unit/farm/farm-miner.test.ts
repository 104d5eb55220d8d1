import { describe, expect, it } from 'vitest'
import type { FarmAnswer, FarmClient, FarmMiner, RateReport } from '../../../src/index.ts'
import { openFarmFixture } from '../../support/farm-fixture.ts'
import { hardNetwork, openNetwork } from '../../support/test-networks.ts'
import { until } from '../../support/until.ts'

function collectAnswers(miner: FarmMiner): FarmAnswer[] {
  const answers: FarmAnswer[] = []
  miner.onAnswer((answer) => answers.push(answer))
  return answers
}

/** A way to a node that a test can cut. */
class Wire implements FarmClient {
  isCut = false
  readonly reports: RateReport[] = []
  /** Solutions whose answers are lost on the way back. */
  lostAnswers = 0
  readonly #client: FarmClient

  constructor(client: FarmClient) {
    this.#client = client
  }

  async getWork(...parameters: Parameters<FarmClient['getWork']>): ReturnType<FarmClient['getWork']> {
    this.#requireWhole()
    return await this.#client.getWork(...parameters)
  }

  async submitWork(...parameters: Parameters<FarmClient['submitWork']>): ReturnType<FarmClient['submitWork']> {
    this.#requireWhole()
    const answer = await this.#client.submitWork(...parameters)
    if (this.lostAnswers-- > 0) throw new Error('connection reset')
    return answer
  }

  async submitRate(report: RateReport, signal: AbortSignal): Promise<void> {
    this.#requireWhole()
    this.reports.push(report)
    await this.#client.submitRate(report, signal)
  }

  #requireWhole(): void {
    if (this.isCut) throw new Error('connection refused')
  }
}

describe('a farm miner', () => {
  it('mines one block after the other for its node', async () => {
    const fixture = await openFarmFixture()
    const { chain, engine, desk } = fixture
    engine.isOpen = true
    const miner = fixture.farmMiner()
    const answers = collectAnswers(miner)
    expect(miner.status.state).toBe('stopped')
    await miner.start()
    await until('five blocks', () => chain.head().number >= 5n)
    await miner.stop()
    expect(answers.filter(({ verdict }) => verdict === 'accepted').length).toBeGreaterThanOrEqual(5)
    expect(miner.status.verdicts.invalid).toBeUndefined()
    expect(desk.status.verdicts).toEqual(miner.status.verdicts)
    expect(desk.status.workers).toMatchObject([{ name: 'shed-1' }])
    expect(miner.status.state).toBe('stopped')
  })

  it('works beside the node’s own miner and another worker, and none repeats the other’s attempts', async () => {
    const fixture = await openFarmFixture({ params: hardNetwork })
    const { engine } = fixture
    const miners = [fixture.farmMiner({ worker: 'a' }), fixture.farmMiner({ worker: 'b' }), fixture.miner()]
    await Promise.all(miners.map((miner) => miner.start()))
    await until('six calls', () => engine.held.length === 6)
    const exams = engine.held.flatMap(({ requests }) => requests.map(({ tokens }) => tokens.join()))
    expect(new Set(exams).size).toBe(6)
  })

  it('drops its work when the head of its node moves', async () => {
    const fixture = await openFarmFixture()
    const { engine, chain, generator } = fixture
    const miner = fixture.farmMiner()
    await miner.start()
    await until('two calls', () => engine.held.length === 2)
    const before = [...engine.held]
    const [stranger] = await generator.grow(generator.genesis, 1)
    if (stranger === undefined) throw new Error('a block was grown')
    await chain.importBlock(stranger.block)
    await until('other calls', () => engine.held.length === 2 && !before.some((call) => engine.held.includes(call)))
    expect(miner.status).toMatchObject({ state: 'mining', number: 2n, staleAttempts: 1 })
  })

  it('keeps what is in flight over a refresh of its job', async () => {
    const fixture = await openFarmFixture({ params: hardNetwork })
    const { engine, clock } = fixture
    const miner = fixture.farmMiner()
    await miner.start()
    await until('two calls', () => engine.held.length === 2)
    const before = [...engine.held]
    await until('it asks for a better job', () => clock.sleepers === 2)
    await clock.advance(2000)
    await until('it has it', () => miner.status.jobs === 2)
    expect(engine.held).toEqual(before)
  })

  it('tells its rate', async () => {
    const fixture = await openFarmFixture({ params: hardNetwork })
    const { engine, clock, desk } = fixture
    engine.isOpen = true
    const wire = new Wire(fixture.client)
    const miner = fixture.farmMiner({}, { client: wire })
    await miner.start()
    await until('attempts', () => miner.status.attempts > 10)
    await clock.advance(10_000)
    await until('a report', () => wire.reports.length === 1)
    expect(desk.status.attemptsPerSecond).toBeGreaterThan(0)
    expect(desk.status.workers[0]).toMatchObject({ name: 'shed-1', workers: 1 })
    // Its exams are tokens of attempts.
    expect(desk.status.tokensPerSecond).toBeCloseTo(desk.status.attemptsPerSecond * 160)
  })

  it('stops twice and starts once', async () => {
    const fixture = await openFarmFixture()
    const miner = fixture.farmMiner()
    await miner.start()
    await expect(miner.start()).rejects.toThrow('started once')
    await Promise.all([miner.stop(), miner.stop()])
    expect(fixture.engine.held).toEqual([])
  })
})

describe('a farm miner whose node goes away', () => {
  it('brings the block that it found meanwhile when the node is back, though the desk knows nothing of the job', async () => {
    const fixture = await openFarmFixture({ params: openNetwork })
    const { chain, engine, clock, log } = fixture
    const wire = new Wire(fixture.client)
    const miner = fixture.farmMiner({}, { client: wire })
    const answers = collectAnswers(miner)
    await miner.start()
    await until('two calls', () => engine.held.length === 2)
    wire.isCut = true
    await fixture.restart()
    engine.held[0]?.answer()
    await until('it waits for the node', () => miner.status.state === 'submitting' && miner.status.reason !== undefined)
    wire.isCut = false
    await clock.advance(5000)
    await until('the block', () => chain.head().number === 1n)
    await until('its answer', () => answers.length === 1)
    expect(answers[0]).toMatchObject({ verdict: 'accepted', blockHash: chain.head().hash })
    await until('work above it', () => miner.status.number === 2n && miner.status.state === 'mining')
    expect(log.filter(({ level }) => level === 'warn')).toHaveLength(2)
  })

  it('asks again when the answer was lost', async () => {
    const fixture = await openFarmFixture({ params: openNetwork })
    const { chain, engine, clock } = fixture
    const wire = new Wire(fixture.client)
    wire.lostAnswers = 1
    const miner = fixture.farmMiner({}, { client: wire })
    const answers = collectAnswers(miner)
    await miner.start()
    await until('two calls', () => engine.held.length === 2)
    engine.held[0]?.answer()
    await until('a block', () => chain.head().number === 1n)
    await until('a pause', () => miner.status.reason === 'connection reset')
    await clock.advance(5000)
    await until('an answer', () => answers.length === 1)
    expect(answers[0]?.verdict).toBe('duplicate')
    await until('work above it', () => miner.status.number === 2n && miner.status.state === 'mining')
  })

  it('goes on while its job may still be worth a block, and no longer', async () => {
    const fixture = await openFarmFixture({ params: hardNetwork })
    const { engine, clock } = fixture
    const wire = new Wire(fixture.client)
    const miner = fixture.farmMiner({}, { client: wire })
    await miner.start()
    await until('two calls', () => engine.held.length === 2)
    wire.isCut = true
    await fixture.restart()
    await until(
      'it noticed',
      () => miner.status.reason === 'connection refused' || miner.status.reason === 'the node is being stopped',
    )
    expect(miner.status.state).toBe('mining')
    for (let seconds = 0; seconds < 66; seconds += 1) {
      await clock.advance(1000)
      await new Promise(setImmediate)
    }
    expect(miner.status.state).toBe('waiting')
    expect(engine.held).toEqual([])
    wire.isCut = false
    await clock.advance(5000)
    await until('work again', () => engine.held.length === 2)
    expect(miner.status).toMatchObject({ state: 'mining', reason: undefined })
  })
})

describe('a farm miner that stops', () => {
  it('waits for the verdict on the block that it has just found', async () => {
    const fixture = await openFarmFixture({ params: openNetwork })
    const { chain, engine } = fixture
    const held = Promise.withResolvers<void>()
    const client: FarmClient = {
      ...fixture.client,
      submitWork: async (solution, signal) => {
        await held.promise
        return await fixture.client.submitWork(solution, signal)
      },
    }
    const miner = fixture.farmMiner({}, { client })
    await miner.start()
    await until('two calls', () => engine.held.length === 2)
    engine.held[0]?.answer()
    await until('a solution', () => miner.status.state === 'submitting')
    const stopped = miner.stop()
    held.resolve()
    await stopped
    expect(chain.head().number).toBe(1n)
    expect(miner.status.verdicts).toEqual({ accepted: 1 })
  })

  it('gives up when there is none in time', async () => {
    const fixture = await openFarmFixture({ params: openNetwork })
    const { engine, clock } = fixture
    const client: FarmClient = {
      ...fixture.client,
      submitWork: (_solution, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    }
    const miner = fixture.farmMiner({}, { client })
    await miner.start()
    await until('two calls', () => engine.held.length === 2)
    engine.held[0]?.answer()
    await until('a solution', () => miner.status.state === 'submitting')
    const stopped = miner.stop()
    await until('the grace', () => clock.sleepers >= 1)
    await clock.advance(5000)
    await stopped
    expect(miner.status.verdicts).toEqual({})
  })
})

describe('a farm miner that computes wrongly', () => {
  it('stops after three solutions that the node found invalid', async () => {
    const fixture = await openFarmFixture({ params: openNetwork })
    const { chain, engine } = fixture
    engine.isOpen = true
    engine.tamper = (evaluation, priority) =>
      priority === 'mine'
        ? { ...evaluation, words: evaluation.words.map((word, i) => (i === 2 ? word ^ 1 : word)) }
        : evaluation
    const miner = fixture.farmMiner()
    await miner.start()
    expect(await miner.failed).toContain('does not confirm')
    expect(miner.status).toMatchObject({ state: 'failed', verdicts: { invalid: 3 } })
    expect(chain.head().number).toBe(0n)
    await miner.stop()
  })

  it('does not begin on another network', async () => {
    const fixture = await openFarmFixture({ params: openNetwork })
    const miner = fixture.farmMiner({ params: hardNetwork })
    await miner.start()
    expect(await miner.failed).toContain('another network')
    expect(fixture.engine.held).toEqual([])
  })
})
