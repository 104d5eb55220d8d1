import { toHash32 } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { encodeJob } from '../../../src/engine/search-codec.ts'
import { createFrameReader, decodeFrame, encodeFrame } from '../../../src/program/program-frames.ts'

function wordsOf(frame: Uint8Array): number[] {
  return [...new Uint32Array(Uint8Array.from(frame).buffer)]
}

function bytesOf(...words: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(words).buffer)
}

describe('frames to the program', () => {
  it('carry what to load, padded', () => {
    const frame = encodeFrame({ kind: 'load', options: { modelPath: '/é', contextSize: 255 } }, 'sse2')
    expect(wordsOf(frame).slice(0, 5)).toEqual([20, 1, 255, 4, 3])
    expect(Buffer.from(frame.subarray(20)).toString()).toBe('sse2/é\0')
  })

  it('carry a batch as it is, from anywhere in memory', () => {
    const words = Uint32Array.of(99, 1, 2, 3).subarray(1)
    expect(wordsOf(encodeFrame({ kind: 'batch', id: 7, words }))).toEqual([16, 2, 7, 1, 2, 3])
  })

  it('carry a search, without the very last nonce', () => {
    const hash = toHash32(new Uint8Array(32).fill(3))
    const exam = { format: 'bytes-1', tokens: 160, answerTokens: 12, minSaltTokens: 8, probes: 5 } as const
    const job = { exam, epochKey: hash, sealHash: hash, target: 9n }
    const frame = encodeFrame({ kind: 'search', id: 5, job, span: { first: 2n ** 32n, end: 2n ** 64n } })
    expect(wordsOf(frame).slice(0, 3)).toEqual([132, 3, 5])
    expect(frame.subarray(12, 124)).toEqual(Buffer.from(encodeJob(job)))
    expect(wordsOf(frame.subarray(124))).toEqual([0, 1, 0xffffffff, 0xffffffff])
  })

  it('carry a cancel', () => {
    expect(wordsOf(encodeFrame({ kind: 'cancel', id: 7 }))).toEqual([4, 4, 7])
  })
})

describe('frames of the program', () => {
  it('say what a search came to', () => {
    const seal = [17, 0, 5, 0, ...Array(8).fill(0x01010101), ...Array(8).fill(0)]
    const progress = decodeFrame(4, bytesOf(3, 8, 2, 1, ...seal))
    expect(progress).toMatchObject({ id: 3, progress: { attempts: 8, voids: 2, best: { nonce: 17n, workHash: 0n } } })
    expect(decodeFrame(4, bytesOf(3, 8, 8, 0, ...seal))).toMatchObject({ progress: { best: undefined } })
    const ending = decodeFrame(5, bytesOf(3, 18, 0, 1, ...seal, 0))
    expect(ending).toMatchObject({ ending: { next: 18n, wasCancelled: false, solution: { lossMicroNats: 5n } } })
    const cancelled = decodeFrame(5, bytesOf(3, 18, 0, 0, ...seal, 1))
    expect(cancelled).toMatchObject({ ending: { solution: undefined, wasCancelled: true } })
  })

  it('say what the program is, and why it is not', () => {
    const ready = decodeFrame(1, Buffer.concat([bytesOf(259, 255), Buffer.from('avx2\0\0\0\0')]))
    expect(ready).toEqual({
      kind: 'ready',
      model: { vocabularySize: 259, contextSize: 255, systemInfo: 'native program, avx2' },
    })
    expect(decodeFrame(2, Buffer.from('no model'))).toMatchObject({ failure: { message: 'no model' } })
  })

  it.each([
    ['of no kind', 9, bytesOf(1, 2)],
    ['without its words', 4, bytesOf(1, 2)],
    ['that is empty', 3, bytesOf()],
  ])('%s are refused', (_name, kind, payload) => {
    expect(() => decodeFrame(kind, payload)).toThrow(RangeError)
  })

  it('are put together however they are cut', () => {
    const stream = Buffer.concat([bytesOf(8, 3, 1, 2), bytesOf(0, 7), bytesOf(4, 5, 6)])
    for (let size = 1; size <= stream.length; size++) {
      const frames: unknown[] = []
      const read = createFrameReader((kind, payload) => frames.push([kind, ...wordsOf(payload)]))
      for (let at = 0; at < stream.length; at += size) read(stream.subarray(at, at + size))
      expect(frames, `pieces of ${size} bytes`).toEqual([[3, 1, 2], [7], [5, 6]])
    }
  })

  it.each([2, 2 ** 28 + 8])('of %i bytes are none', (length) => {
    const read = createFrameReader(() => undefined)
    expect(() => read(bytesOf(length, 3))).toThrow(`${length} bytes`)
  })
})
