import { toHash32 } from '@poai/core'
import { expect, it } from 'vitest'
import { decodeSeal, encodeJob, JOB_BYTES } from '../../../src/engine/search-codec.ts'

it('lays a job out as the engine reads it', () => {
  const bytes = encodeJob({
    exam: { format: 'bytes-1', tokens: 160, answerTokens: 12, minSaltTokens: 258, probes: 5 },
    epochKey: toHash32(new Uint8Array(32).fill(1)),
    sealHash: toHash32(new Uint8Array(32).fill(2)),
    target: 0x0304n,
  })
  expect(bytes).toHaveLength(JOB_BYTES)
  expect([...bytes.subarray(0, 16)]).toEqual([160, 0, 0, 0, 12, 0, 0, 0, 2, 1, 0, 0, 5, 0, 0, 0])
  expect([...bytes.subarray(16, 80)]).toEqual([...Array(32).fill(1), ...Array(32).fill(2)])
  expect([...bytes.subarray(80)]).toEqual([...Array(30).fill(0), 3, 4])
})

it('reads a seal wherever it lies', () => {
  const bytes = new Uint8Array(83)
  bytes.set([1, 2, 0, 0, 0, 0, 0, 0, 9], 3)
  bytes.fill(7, 19, 51)
  bytes.set([5, 6], 81)
  const seal = decodeSeal(bytes.subarray(3))
  expect(seal).toMatchObject({ nonce: 0x0201n, lossMicroNats: 9n, workHash: 0x0506n })
  expect([...seal.transcriptRoot]).toEqual(Array(32).fill(7))
})
