import { describe, expect, it } from 'vitest'
import { cutIntoBatches, EvaluationJob } from '../../../src/engine/evaluation-job.ts'
import type { EvaluationRequest } from '../../../src/engine/inference-engine.ts'
import { MAX_REMEMBERED_REQUESTS, RequestStrikes } from '../../../src/engine/request-strikes.ts'
import { restartDelayMs } from '../../../src/engine/restart-delay.ts'
import { decodeDrawn, decodeSlice, encodeSlice } from '../../../src/engine/slice-codec.ts'
import { decodeBatch, decodeResults, encodeBatch, encodeResults } from '../../../src/engine/worker-protocol.ts'

function request(tokens: number, seed = 0): EvaluationRequest {
  return { tokens: new Uint32Array(tokens).fill(seed), positions: Uint32Array.of(1), probes: Uint32Array.of(2, 3) }
}

describe('worker protocol', () => {
  it('spells the example of its description', () => {
    const example = { tokens: Uint32Array.of(1, 7, 2), positions: Uint32Array.of(2), probes: Uint32Array.of(9) }
    expect([...encodeBatch([example])]).toEqual([1, 3, 1, 1, 0, 1, 7, 2, 2, 9])
  })

  it('brings requests over as they were', () => {
    const sampling = { temperature: 1500, seed: Uint8Array.from({ length: 32 }, (_, i) => i) }
    const requests = [request(5, 1), { ...request(3, 2), probes: new Uint32Array() }, { ...request(4), sampling }]
    expect(decodeBatch(encodeBatch(requests))).toEqual(requests)
  })

  it('brings results back, and notices a wrong length', () => {
    const requests = [request(5), { ...request(3), positions: Uint32Array.of(1, 2) }]
    const results = [new Uint32Array(6).fill(1), new Uint32Array(12).fill(2)]
    const words = encodeResults(results)
    expect(decodeResults(words, requests)).toEqual(results)
    expect(decodeResults(words.slice(1), requests)).toBeUndefined()
    expect(decodeResults(new Uint32Array(19), requests)).toBeUndefined()
    const sampled = [{ ...request(5), sampling: { temperature: 0, seed: new Uint8Array(32) } }]
    expect(decodeResults(new Uint32Array(7), sampled)).toEqual([new Uint32Array(7)])
    expect(decodeResults(new Uint32Array(6), sampled)).toBeUndefined()
  })

  it('spells the example of a slice, and brings slices over as they were', () => {
    const sampling = { temperature: 0, seed: new Uint8Array(32) }
    const slice = { prompt: Uint32Array.of(1, 40), output: [41], maxTokens: 3, sampling, stopTokens: [] }
    expect([...encodeSlice(slice)]).toEqual([3, 2, 3, 0, ...new Array(9).fill(0), 1, 40, 41])
    const seed = Uint8Array.from({ length: 32 }, (_, i) => 255 - i)
    const other = { ...slice, output: [], sampling: { temperature: 100_000, seed }, stopTokens: [2, 13] }
    expect(decodeSlice(encodeSlice(other))).toEqual(other)
    expect(decodeSlice(encodeSlice(slice))).toEqual(slice)
  })

  it('reads tokens that were drawn, and notices half of one', () => {
    const words = Uint32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
    expect(decodeDrawn(words, 3)).toEqual([
      { index: 3, answer: 1, maximum: 2, totalWeight: 3, argMax: 4, token: 5 },
      { index: 4, answer: 6, maximum: 7, totalWeight: 8, argMax: 9, token: 10 },
    ])
    expect(decodeDrawn(words.subarray(1), 0)).toBeUndefined()
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
