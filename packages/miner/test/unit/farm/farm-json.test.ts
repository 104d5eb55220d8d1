import { bytesToHex, type JsonValue } from '@poai/core'
import { describe, expect, it } from 'vitest'
import {
  createFarmService,
  type FarmJob,
  farmAnswerToJson,
  farmJobToJson,
  farmRequestToJson,
  farmSolutionToJson,
  parseFarmAnswer,
  parseFarmJob,
  parseFarmRequest,
  parseFarmSolution,
  parseRateReport,
} from '../../../src/index.ts'
import { type FarmFixture, openFarmFixture } from '../../support/farm-fixture.ts'

const HASH = `0x${'11'.repeat(32)}`

function wire(json: JsonValue): Record<string, unknown> {
  return JSON.parse(JSON.stringify(json)) as Record<string, unknown>
}

async function someJob(): Promise<FarmFixture & { readonly job: FarmJob }> {
  const fixture = await openFarmFixture()
  return { ...fixture, job: await fixture.desk.getWork({ worker: 'a' }) }
}

describe('a job as JSON', () => {
  it('comes back as it went', async () => {
    const { job } = await someJob()
    expect(parseFarmJob(wire(farmJobToJson(job)))).toEqual(job)
    const without = { ...job, body: undefined }
    expect(parseFarmJob(wire(farmJobToJson(without)))).toEqual(without)
  })

  it('has what a worker without RLP needs', async () => {
    const { job } = await someJob()
    const json = wire(farmJobToJson(job))
    expect(json).toMatchObject({
      number: '0x1',
      target: `0x${job.header.target.toString(16)}`,
      firstNonce: `0x${job.range.first.toString(16)}`,
      epochKey: bytesToHex(job.epochKey),
    })
    expect(json['sealHash']).toMatch(/^0x[0-9a-f]{64}$/)
  })

  it.each([
    ['another seal hash', { sealHash: HASH }],
    ['another number', { number: '0x2' }],
    ['another target', { target: '0x1' }],
    ['no nonces', { endNonce: '0x0' }],
    ['a header that is none', { header: '0x01' }],
    ['a member too many', { bonus: 1 }],
  ])('is refused with %s', async (_name, changes) => {
    const { job } = await someJob()
    expect(() => parseFarmJob({ ...wire(farmJobToJson(job)), ...changes })).toThrow()
  })
})

describe('what workers send', () => {
  const solution = { worker: 'a', jobId: HASH, nonce: '0x1', lossMicroNats: '0x2', transcriptRoot: HASH }

  it('comes back as it went', () => {
    const request = parseFarmRequest({ worker: 'shed-1', after: HASH, beneficiary: `0x${'22'.repeat(20)}` })
    expect(parseFarmRequest(wire(farmRequestToJson(request)))).toEqual(request)
    expect(parseFarmRequest({ worker: 'shed-1' })).toEqual({ worker: 'shed-1' })
    const parsed = parseFarmSolution({ ...solution, block: '0x0102' })
    expect(parseFarmSolution(wire(farmSolutionToJson(parsed)))).toEqual(parsed)
    const answer = parseFarmAnswer({ verdict: 'invalid', rule: 'WORK_LOSS_MISMATCH' })
    expect(parseFarmAnswer(wire(farmAnswerToJson(answer)))).toEqual(answer)
  })

  it.each([
    undefined,
    null,
    [],
    'text',
    {},
    { worker: '' },
    { worker: 'x'.repeat(65) },
    { worker: 'a b' },
    { worker: '\u001b[31m' },
    { worker: 7 },
    { worker: 'a', after: '0x11' },
    { worker: 'a', beneficiary: HASH },
    { worker: 'a', more: true },
    JSON.parse('{"worker":"a","__proto__":{"after":"0x"}}') as unknown,
  ])('is refused as a request: %j', (json) => {
    expect(() => parseFarmRequest(json)).toThrow(expect.objectContaining({ code: 'MINER_REQUEST_INVALID' }))
  })

  it.each([
    { nonce: '0x10000000000000000' },
    { nonce: -1 },
    { nonce: 1.5 },
    { lossMicroNats: '0x10000000' },
    { transcriptRoot: '0x' },
    { jobId: null },
    { block: 'zz' },
  ])('is refused as a solution: %j', (changes) => {
    expect(() => parseFarmSolution({ ...solution, ...changes })).toThrow(
      expect.objectContaining({ code: 'MINER_REQUEST_INVALID' }),
    )
  })

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, '5', 1e13])('is refused as a rate: %s', (attemptsPerSecond) => {
    const report = { worker: 'a', attemptsPerSecond, tokensPerSecond: 0, workers: 1 }
    expect(() => parseRateReport(report)).toThrow(expect.objectContaining({ code: 'MINER_REQUEST_INVALID' }))
  })

  it('names every fault', () => {
    expect(() => parseFarmRequest({ worker: '', after: 1 })).toThrow(
      expect.objectContaining({ expected: expect.stringMatching(/worker: .*after: /) }),
    )
  })
})

it('a desk speaks JSON', async () => {
  const { desk, params } = await openFarmFixture()
  const service = createFarmService(desk)
  expect(wire(await service.getWork({ worker: 'a' }))).toMatchObject({ network: { name: params.name } })
  expect(await service.submitRate({ worker: 'a', attemptsPerSecond: 61.5, tokensPerSecond: 9840, workers: 2 })).toBe(
    true,
  )
  expect(desk.status).toMatchObject({ attemptsPerSecond: 61.5, tokensPerSecond: 9840 })
  expect(wire(await service.networkParams())).toMatchObject({ name: params.name })
  const unknown = { worker: 'a', jobId: HASH, nonce: '0x1', lossMicroNats: '0x2', transcriptRoot: HASH }
  expect(await service.submitWork(unknown)).toMatchObject({ verdict: 'unknown-job' })
  await expect(service.getWork({})).rejects.toMatchObject({ code: 'MINER_REQUEST_INVALID' })
})
