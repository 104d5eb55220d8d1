import { describe, expect, it } from 'vitest'
import { cutIntoBatches, EvaluationJob } from '../../../src/engine/evaluation-job.ts'
import type { EvaluationRequest } from '../../../src/engine/inference-engine.ts'
import { MAX_REMEMBERED_REQUESTS, RequestStrikes } from '../../../src/engine/request-strikes.ts'
import { restartDelayMs } from '../../../src/engine/restart-delay.ts'
import { decodeBatch, decodeResults, encodeBatch, encodeResults } from '../../../src/engine/worker-protocol.ts'

function request(tokens: number, seed = 0): EvaluationRequest {
  return { tokens: new Uint32Array(tokens).fill(seed), positions: Uint32Array.of(1), probes: Uint32Array.of(2, 3) }
}

describe('worker protocol', () => {
  it('spells the example of its description', () => {
    const example = { tokens: Uint32Array.of(1, 7, 2), positions: Uint32Array.of(2), probes: Uint32Array.of(9) }
    expect([...encodeBatch([example])]).toEqual([1, 3, 1, 1, 1, 7, 2, 2, 9])
  })

  it('brings requests over as they were', () => {
    const requests = [request(5, 1), { ...request(3, 2), probes: new Uint32Array() }]
    expect(decodeBatch(encodeBatch(requests))).toEqual(requests)
  })

  it('brings results back, and notices a wrong length', () => {
    const requests = [request(5), { ...request(3), positions: Uint32Array.of(1, 2) }]
    const results = [new Uint32Array(6).fill(1), new Uint32Array(12).fill(2)]
    const words = encodeResults(results)
    expect(decodeResults(words, requests)).toEqual(results)
    expect(decodeResults(words.slice(1), requests)).toBeUndefined()
    expect(decodeResults(new Uint32Array(19), requests)).toBeUndefined()
  })
})

describe('cutIntoBatches', () => {
  it.each([
    [[10, 10, 10], { requests: 2, tokens: 100 }, [2, 1]],
    [[10, 10, 10], { requests: 9, tokens: 20 }, [2, 1]],
    [[10, 10, 10], { requests: 9, tokens: 19 }, [1, 1, 1]],
    [[50, 10, 10], { requests: 9, tokens: 20 }, [1, 2]],
  ])('cuts %j by %j into %j', (lengths, limits, expected) => {
    const job = new EvaluationJob(
      lengths.map((length) => request(length)),
      { priority: 'mine', avoided: new Set() },
    )
    expect(cutIntoBatches(job, limits).map(({ requests }) => requests.length)).toEqual(expected)
  })
})

describe('RequestStrikes', () => {
  it('refuses after the second strike, until the request is answered', () => {
    const strikes = new RequestStrikes()
    strikes.add(request(3, 1))
    expect(strikes.isRefused(request(3, 1))).toBe(false)
    strikes.add(request(3, 1))
    expect(strikes.isRefused(request(3, 1))).toBe(true)
    expect(strikes.isRefused(request(3, 2))).toBe(false)
    strikes.clear(request(3, 1))
    expect(strikes.isRefused(request(3, 1))).toBe(false)
  })

  it('forgets the oldest beyond its bound', () => {
    const strikes = new RequestStrikes()
    for (const seed of [1, 1, 2, 2]) strikes.add(request(3, seed))
    for (let seed = 3; seed < MAX_REMEMBERED_REQUESTS + 2; seed++) strikes.add(request(3, seed))
    expect(strikes.isRefused(request(3, 1))).toBe(false)
    expect(strikes.isRefused(request(3, 2))).toBe(true)
  })
})

it('restartDelayMs doubles up to its bound', () => {
  expect([1, 2, 3, 9, 10, 1000].map(restartDelayMs)).toEqual([100, 200, 400, 25_600, 30_000, 30_000])
})
