import { sealBlock } from '@poai/chain'
import { createAttempts, createExamBuilder, type FinishedAttempt, networkExamOptions } from '@poai/consensus'
import { type Block, bytesToHex, genesisHash, hash32, type Seal } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { signTransaction, testNetwork, testWallet, WALLETS, type Wallet } from '@poai/testing/chain'
import { describe, expect, it } from 'vitest'
import { type FarmAnswer, type FarmDesk, type FarmJob, SOLUTION_DEFAULTS } from '../../../src/index.ts'
import { type FarmFixture, openFarmFixture } from '../../support/farm-fixture.ts'
import { TEST_BENEFICIARY } from '../../support/mining-fixture.ts'
import { openNetwork } from '../../support/test-networks.ts'
import { until } from '../../support/until.ts'

const [alice, bob] = WALLETS as readonly [Wallet, Wallet]
const buildExam = createExamBuilder(networkExamOptions(testNetwork))

/** What an honest worker makes of the first nonces of a job, until `wanted` says that it is enough. */
async function work(job: FarmJob, wanted: FinishedAttempt['kind'] = 'solved', skip = 0): Promise<Seal> {
  const engine = createFakeEngine()
  await engine.start()
  const { header, epochKey, range } = job
  const attempts = createAttempts({ header, epochKey, buildExam, firstNonce: range.first + BigInt(skip) })
  for (;;) {
    for (const attempt of attempts.take(4)) {
      const [evaluation] = await engine.evaluate([
        { tokens: attempt.exam.tokens, positions: attempt.exam.answerPositions, probes: attempt.exam.probes },
      ])
      if (evaluation === undefined) throw new Error('an engine answers')
      const outcome = attempts.finish(attempt, evaluation)
      if (outcome.kind === wanted) return outcome.seal
    }
  }
}

function submit(
  desk: FarmDesk,
  { jobId }: Pick<FarmJob, 'jobId'>,
  seal: Seal,
  block?: Uint8Array,
): Promise<FarmAnswer> {
  return desk.submitWork({ worker: 'shed-1', jobId, seal, block })
}

/** Moves the head by a stranger's block. */
async function moveHead({ chain, generator }: FarmFixture): Promise<void> {
  const [stranger] = await generator.grow(generator.genesis, 1)
  if (stranger === undefined) throw new Error('a block was grown')
  await chain.importBlock(stranger.block)
}

describe('the jobs of a desk', () => {
  it('say all that a worker needs, and no two share a nonce', async () => {
    const { desk, chain } = await openFarmFixture()
    const jobs = await Promise.all(['a', 'b', 'b'].map((worker) => desk.getWork({ worker })))
    const [first] = jobs
    expect(first).toMatchObject({
      header: { parentHash: chain.head().hash, number: 1n, beneficiary: TEST_BENEFICIARY },
      network: { name: testNetwork.name, genesisHash: genesisHash(testNetwork) },
      expiresInMs: 60_000,
    })
    const ranges = jobs.map(({ range }) => range).sort((a, b) => (a.first < b.first ? -1 : 1))
    for (const [index, { first: begin, end }] of ranges.entries()) {
      expect(end - begin).toBe(1n << 32n)
      expect(begin).toBeGreaterThanOrEqual(ranges[index - 1]?.end ?? 0n)
    }
    expect(new Set(jobs.map(({ jobId }) => bytesToHex(jobId))).size).toBe(3)
    expect(desk.status.workers).toMatchObject([
      { name: 'a', jobs: 1 },
      { name: 'b', jobs: 2 },
    ])
  })

  it('pay whom the worker names', async () => {
    const { desk } = await openFarmFixture()
    const { address } = testWallet('the shed')
    expect((await desk.getWork({ worker: 'a', beneficiary: address })).header.beneficiary).toEqual(address)
  })

  it('need somebody to pay, and an open gate', async () => {
    let reason: string | undefined = 'syncing'
    const gate = { closedBecause: () => reason, onChange: () => () => undefined }
    const { desk } = await openFarmFixture({ dependencies: { gate } })
    await expect(desk.getWork({ worker: 'a' })).rejects.toMatchObject({
      code: 'MINER_NO_WORK',
      message: expect.stringContaining('syncing'),
    })
    reason = undefined
    await desk.getWork({ worker: 'a' })
  })

  it('come after the one that a worker has when the head moves', async () => {
    const fixture = await openFarmFixture()
    const { desk, clock } = fixture
    const first = await desk.getWork({ worker: 'a' })
    let next: FarmJob | undefined
    const asked = desk.getWork({ worker: 'a', after: first.jobId }).then((job) => {
      next = job
    })
    await until('it waits', () => clock.sleepers === 1)
    await clock.advance(1999)
    expect(next).toBeUndefined()
    await moveHead(fixture)
    await asked
    expect(next?.header.number).toBe(2n)
    expect(clock.sleepers).toBe(0)
  })

  it('come after the one that a worker has when its time is too old, and take new transactions in', async () => {
    const { desk, clock, chain } = await openFarmFixture()
    const first = await desk.getWork({ worker: 'a' })
    await chain.mempool.add(signTransaction(testNetwork.chainId, alice, { nonce: 0n, to: bob.address }))
    const asked = ['a', 'b'].map((worker) => desk.getWork({ worker, after: first.jobId }))
    await until('both wait', () => clock.sleepers >= 2)
    await clock.advance(2000)
    const [a, b] = await Promise.all(asked)
    expect(a?.header.timestamp).toBe(first.header.timestamp + 2n)
    expect(a?.header.gasUsed).toBe(21_000n)
    // One template was made for both.
    expect(b?.header.stateRoot).toEqual(a?.header.stateRoot)
    expect(b?.range).not.toEqual(a?.range)
  })

  it('are not waited for after the desk has stopped, or the worker has gone', async () => {
    const { desk, clock } = await openFarmFixture()
    const first = await desk.getWork({ worker: 'a' })
    const gone = new AbortController()
    const leaving = desk.getWork({ worker: 'a', after: first.jobId }, gone.signal)
    const staying = desk.getWork({ worker: 'b', after: first.jobId })
    await until('both wait', () => clock.sleepers === 2)
    gone.abort(new Error('the connection is closed'))
    await expect(leaving).rejects.toThrow('the connection is closed')
    const stopped = desk.stop()
    await expect(staying).rejects.toMatchObject({ code: 'MINER_NO_WORK' })
    await stopped
    await expect(desk.getWork({ worker: 'a' })).rejects.toMatchObject({ code: 'MINER_NO_WORK' })
  })

  it('are given to no more workers than can be remembered', async () => {
    const { desk } = await openFarmFixture()
    for (let index = 0; index < 256; index++) await desk.getWork({ worker: `w${index}` })
    await expect(desk.getWork({ worker: 'one-more' })).rejects.toMatchObject({ code: 'MINER_BUSY' })
    await desk.getWork({ worker: 'w255' })
  })
})

describe('the answers of a desk', () => {
  it('an honest solution is a block; a second one is too late, a repeated one is known', async () => {
    const { desk, chain } = await openFarmFixture()
    const job = await desk.getWork({ worker: 'shed-1' })
    const seal = await work(job)
    const answer = await submit(desk, job, seal)
    expect(answer.verdict).toBe('accepted')
    expect(chain.head().hash).toEqual(answer.blockHash)
    expect((await submit(desk, job, seal)).verdict).toBe('duplicate')
    expect((await submit(desk, job, await work(job, 'solved', 100))).verdict).toBe('stale')
    expect(desk.status).toMatchObject({
      verdicts: { accepted: 1, duplicate: 1, stale: 1 },
      blocksCanonical: 1,
      rewardsWei: testNetwork.rewards.initialWei,
    })
  })

  it('a nonce of another worker is refused', async () => {
    const { desk } = await openFarmFixture()
    const [mine, other] = [await desk.getWork({ worker: 'a' }), await desk.getWork({ worker: 'b' })]
    expect((await submit(desk, mine, await work(other))).verdict).toBe('wrong-range')
    const { nonce: _nonce, ...seal } = await work(mine)
    expect((await submit(desk, mine, { ...seal, nonce: mine.range.end })).verdict).toBe('wrong-range')
    expect((await submit(desk, mine, { ...seal, nonce: mine.range.end - 1n })).verdict).not.toBe('wrong-range')
  })

  it('a claim that is no block costs no replay', async () => {
    let imports = 0
    const fixture = await openFarmFixture({
      wrap: (chain) => ({
        ...chain,
        importBlock: (...parameters) => {
          imports++
          return chain.importBlock(...parameters)
        },
      }),
    })
    const job = await fixture.desk.getWork({ worker: 'a' })
    expect((await submit(fixture.desk, job, await work(job, 'missed'))).verdict).toBe('above-target')
    expect(imports).toBe(0)
  })

  it('a forged transcript is found by the replay, and a worker that goes on is refused for a minute', async () => {
    const { desk, clock } = await openFarmFixture({ params: openNetwork })
    for (let index = 0; index < 3; index++) {
      const job = await desk.getWork({ worker: 'shed-1' })
      const forged = { nonce: job.range.first, lossMicroNats: 1n, transcriptRoot: hash32(new Uint8Array(index)) }
      expect(await submit(desk, job, forged)).toMatchObject({ verdict: 'invalid', rule: 'WORK_TRANSCRIPT_MISMATCH' })
    }
    const job = await desk.getWork({ worker: 'shed-1' })
    const seal = await work(job)
    expect((await submit(desk, job, seal)).verdict).toBe('refused')
    await clock.advance(60_000)
    const later = await desk.getWork({ worker: 'shed-1' })
    expect((await submit(desk, later, await work(later))).verdict).toBe('accepted')
  })

  it('a job is forgotten after its time', async () => {
    const { desk, clock } = await openFarmFixture()
    const job = await desk.getWork({ worker: 'a' })
    const seal = await work(job)
    await clock.advance(60_001)
    expect((await submit(desk, job, seal)).verdict).toBe('stale')
  })

  it('an unknown job is judged by its block alone, or not at all', async () => {
    const fixture = await openFarmFixture()
    const { desk, codecs, chain } = fixture
    const job = await desk.getWork({ worker: 'a' })
    const seal = await work(job)
    const after = await fixture.restart()
    expect((await submit(after, job, seal)).verdict).toBe('unknown-job')
    const body = codecs.body.decode(job.body ?? new Uint8Array(0))
    const block: Block = sealBlock({ ...job, body }, seal)
    expect((await submit(after, job, seal, Uint8Array.of(1))).verdict).toBe('invalid')
    const answer = await submit(after, job, seal, codecs.block.encode(block))
    expect(answer.verdict).toBe('accepted')
    expect(chain.head().hash).toEqual(answer.blockHash)
    expect((await submit(after, job, seal, codecs.block.encode(block))).verdict).toBe('stale')
  })

  it.each([
    [60_000, 'accepted'],
    [60_001, 'unknown-job'],
  ] as const)('an unknown job %i ms after the start of a desk is %s', async (waitMs, verdict) => {
    const fixture = await openFarmFixture()
    const { desk, codecs, clock } = fixture
    const job = await desk.getWork({ worker: 'a' })
    const seal = await work(job)
    const after = await fixture.restart()
    await clock.advance(waitMs)
    const block = sealBlock({ ...job, body: codecs.body.decode(job.body ?? new Uint8Array(0)) }, seal)
    expect((await submit(after, job, seal, codecs.block.encode(block))).verdict).toBe(verdict)
  })

  it('a client that forges under many names is refused as a whole, and others are not', async () => {
    const { desk } = await openFarmFixture({ params: openNetwork })
    const [flooder, farm] = ['192.0.2.66', '192.0.2.1'].map((name) => ({ name, isLocal: false }))
    const verdicts: string[] = []
    for (let index = 0; index < 20; index++) {
      const job = await desk.getWork({ worker: `name-${index}` }, undefined, flooder)
      const seal = { nonce: job.range.first, lossMicroNats: 1n, transcriptRoot: hash32(new Uint8Array(index)) }
      verdicts.push((await desk.submitWork({ worker: `name-${index}`, jobId: job.jobId, seal }, flooder)).verdict)
    }
    expect(verdicts.filter((verdict) => verdict === 'invalid')).toHaveLength(SOLUTION_DEFAULTS.strangerFailures)
    expect(verdicts.filter((verdict) => verdict === 'refused')).toHaveLength(20 - SOLUTION_DEFAULTS.strangerFailures)
    const job = await desk.getWork({ worker: 'shed-1' }, undefined, farm)
    const seal = await work(job)
    expect((await desk.submitWork({ worker: 'shed-1', jobId: job.jobId, seal }, farm)).verdict).toBe('accepted')
  })

  it('strangers’ blocks come after those at the tip; those of this machine and of proven clients are at it', async () => {
    const priorities: (string | undefined)[] = []
    const { desk } = await openFarmFixture({
      wrap: (chain) => ({
        ...chain,
        importBlock: (block, options) => {
          priorities.push(options?.priority)
          return chain.importBlock(block, options)
        },
      }),
    })
    const farm = { name: '192.0.2.1', isLocal: false }
    for (const client of [undefined, farm, farm]) {
      const job = await desk.getWork({ worker: 'shed-1' }, undefined, client)
      const solution = { worker: 'shed-1', jobId: job.jobId, seal: await work(job) }
      expect((await desk.submitWork(solution, client)).verdict).toBe('accepted')
    }
    expect(priorities).toEqual(['tip', 'offer', 'tip'])
  })

  it('what cannot be judged may come again', async () => {
    let failures = 1
    const { desk } = await openFarmFixture({
      wrap: (chain) => ({
        ...chain,
        importBlock: (...parameters) =>
          failures-- > 0 ? Promise.reject(new Error('no engine')) : chain.importBlock(...parameters),
      }),
    })
    const job = await desk.getWork({ worker: 'a' })
    const seal = await work(job)
    expect((await submit(desk, job, seal)).verdict).toBe('undecided')
    expect((await submit(desk, job, seal)).verdict).toBe('accepted')
  })

  it('only so many blocks are judged at one time', async () => {
    const gate = Promise.withResolvers<void>()
    const { desk } = await openFarmFixture({
      params: openNetwork,
      wrap: (chain) => ({
        ...chain,
        importBlock: async (...parameters) => {
          await gate.promise
          return chain.importBlock(...parameters)
        },
      }),
    })
    const jobs = await Promise.all(Array.from({ length: 5 }, (_, index) => desk.getWork({ worker: `w${index}` })))
    const seals = await Promise.all(jobs.map((job) => work(job)))
    const answers = jobs.map((job, index) => submit(desk, job, seals[index] as Seal))
    expect((await (answers[4] as Promise<FarmAnswer>)).verdict).toBe('busy')
    gate.resolve()
    const verdicts = (await Promise.all(answers)).map(({ verdict }) => verdict).sort()
    expect(verdicts.filter((verdict) => verdict === 'accepted')).toHaveLength(1)
    expect(verdicts.every((verdict) => ['accepted', 'side', 'busy'].includes(verdict))).toBe(true)
  })
})
