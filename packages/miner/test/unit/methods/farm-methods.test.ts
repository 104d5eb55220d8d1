import { RpcError } from '@poai/api'
import { callMethod } from '@poai/testing/call-method'
import { expect, it } from 'vitest'
import { farmMethods } from '../../../src/index.ts'
import { openFarmFixture } from '../../support/farm-fixture.ts'

it('gives jobs, and judges what comes back', async () => {
  const { desk } = await openFarmFixture()
  const methods = farmMethods({ now: desk, require: () => desk })
  const job = await callMethod(methods, 'poai_getWork', { worker: 'shed-1' })
  expect(job).toMatchObject({ number: '0x1' })
  const seal = { nonce: job.firstNonce, lossMicroNats: '0x0', transcriptRoot: `0x${'00'.repeat(32)}` }
  const solution = { worker: 'shed-1', jobId: job.jobId, ...seal }
  expect(await callMethod(methods, 'poai_submitWork', { ...solution, jobId: `0x${'11'.repeat(32)}` })).toMatchObject({
    verdict: 'unknown-job',
  })
  const report = { worker: 'shed-1', attemptsPerSecond: 1.5, tokensPerSecond: 100, workers: 1 }
  expect(await callMethod(methods, 'poai_submitRate', report)).toBe(true)
  expect(desk.status.attemptsPerSecond).toBe(1.5)
  await expect(callMethod(methods, 'poai_getWork', { worker: 1 })).rejects.toThrow()
})

it('says so while there is no desk', async () => {
  const missing = new RpcError('unavailable', 'the node gives no work yet')
  const methods = farmMethods({
    now: undefined,
    require: () => {
      throw missing
    },
  })
  await expect(callMethod(methods, 'poai_getWork', { worker: 'shed-1' })).rejects.toBe(missing)
})
