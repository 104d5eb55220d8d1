import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { JobBook } from '../../../src/farm/job-book.ts'
import { WorkerRegistry } from '../../../src/farm/worker-registry.ts'
import { createNonceRanges } from '../../../src/index.ts'
import type { MadeTemplate } from '../../../src/jobs/template-maker.ts'
import { openMiningFixture } from '../../support/mining-fixture.ts'

describe('the book of jobs', () => {
  async function someTemplate(): Promise<MadeTemplate> {
    const { generator, clock } = await openMiningFixture()
    const { header, body } = generator.genesis.block
    return { template: { header, body, epochKey: generator.genesis.hash }, madeAtMs: clock.now, tookMs: 1, earlyMs: 0 }
  }

  it('keeps so many jobs of one template', async () => {
    const made = await someTemplate()
    const ranges = createNonceRanges()
    const book = new JobBook(new ManualClock(made.madeAtMs))
    const jobs = Array.from({ length: 4097 }, () => book.issue('a', made, ranges.next()))
    expect(book.size).toBe(4096)
    expect(book.find(jobs[0]?.jobId ?? made.template.epochKey)?.made).toBeUndefined()
    expect(book.find(jobs[1]?.jobId ?? made.template.epochKey)?.made).toBe(made)
  })

  it('keeps so many templates', async () => {
    const made = await someTemplate()
    const ranges = createNonceRanges()
    const book = new JobBook(new ManualClock(made.madeAtMs))
    for (let index = 0; index < 129; index++)
      book.issue('a', { ...made, template: { ...made.template } }, ranges.next())
    expect(book.size).toBe(128)
  })

  it.each([
    ['jobs', 4096 + 50, (made: MadeTemplate) => made],
    ['templates', 128 + 50, (made: MadeTemplate) => ({ ...made, template: { ...made.template } })],
  ])('lets no client push out the jobs of another by its %s', async (_, count, next) => {
    const made = await someTemplate()
    const ranges = createNonceRanges()
    const book = new JobBook(new ManualClock(made.madeAtMs))
    const own = Array.from({ length: 8 }, () => book.issue('shed-1', made, ranges.next(), '192.0.2.1'))
    for (let index = 0; index < count; index++) book.issue('a', next(made), ranges.next(), '192.0.2.66')
    for (const { jobId } of own) expect(book.find(jobId)?.made).toBe(made)
  })

  it('forgets what is over, first the job and at last its name', async () => {
    const made = await someTemplate()
    const ranges = createNonceRanges()
    const book = new JobBook(new ManualClock(made.madeAtMs))
    const { jobId } = book.issue('a', made, ranges.next())
    book.keepOnly(() => false)
    expect(book.find(jobId)).toMatchObject({ submitted: new Set() })
    for (let index = 0; index < 8192; index++) {
      book.issue('a', made, ranges.next())
      book.keepOnly(() => false)
    }
    expect(book.find(jobId)).toBeUndefined()
  })
})

describe('the registry of workers', () => {
  it('makes room by those who are silent, and lists only those who are not', () => {
    const clock = new ManualClock(0)
    const registry = new WorkerRegistry(clock)
    for (let index = 0; index < 256; index++) registry.gaveJob(`w${index}`)
    expect(() => registry.gaveJob('one-more')).toThrow(expect.objectContaining({ code: 'MINER_BUSY' }))
    clock.now = 60_001
    registry.gaveJob('one-more')
    expect(registry.list().map(({ name }) => name)).toEqual(['one-more'])
  })
  it('takes no place from those that work for the names of one that floods', () => {
    const clock = new ManualClock(0)
    const registry = new WorkerRegistry(clock)
    const [flooder, farm] = ['192.0.2.66', '192.0.2.1'].map((name) => ({ name, isLocal: false }))
    registry.gaveJob('shed-1', farm)
    for (let index = 0; index < 255; index++) registry.gaveJob(`w${index}`, flooder)
    expect(() => registry.gaveJob('one-more', flooder)).toThrow(expect.objectContaining({ code: 'MINER_BUSY' }))
    registry.gaveJob('shed-2', farm)
    const names = registry.list().map(({ name }) => name)
    expect(names).toHaveLength(256)
    expect(names).toEqual(expect.arrayContaining(['shed-1', 'shed-2']))
    expect(names).not.toContain('w0')
  })
})
