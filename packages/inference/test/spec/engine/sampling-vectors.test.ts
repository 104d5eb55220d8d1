import { expect, it } from 'vitest'
import { drawOf, drawToken } from '../../../src/engine/draw-token.ts'
import { drawWay, SAMPLING_MISTAKES } from '../../strength/sampling-mistakes.ts'
import { logitsOf, readSamplingVectors, samplingOf } from '../../strength/sampling-vectors.ts'

const vectors = readSamplingVectors()

it('draws the recorded tokens', () => {
  for (const vector of vectors) {
    expect(drawToken(logitsOf(vector), samplingOf(vector), vector.index), vector.shows).toBe(vector.token)
  }
})

it.each(Object.entries(SAMPLING_MISTAKES))('has a vector that shows: %s', (shows, mistake) => {
  const own = vectors.filter((vector) => vector.shows === shows)
  expect(own.length).toBeGreaterThanOrEqual(3)
  for (const vector of own) {
    const { temperature, seed } = samplingOf(vector)
    const draw = { logits: logitsOf(vector), temperature, bits: drawOf(seed, vector.index) * 2 ** 24 }
    expect(drawWay()(draw)).toBe(vector.token)
    expect(mistake(draw)).not.toBe(vector.token)
  }
})
