import { decodeRlp, hash32 } from '@poai/core'
import { describe, expect, it } from 'vitest'
import {
  decodeStatusFrame,
  encodeStatusFrame,
  GOODBYE_REASONS,
  MAX_STATUS_FRAME_BYTES,
  type StatusMessage,
} from '../../../src/handshake/status-message.ts'

const STATUS: StatusMessage = {
  genesisHash: hash32(Uint8Array.of(1)),
  headNumber: 7n,
  headHash: hash32(Uint8Array.of(2)),
  totalWork: 1n << 300n,
  version: 'poai/0.1.0',
  domain: 'x64-avx2',
  services: { allBlocks: true, transactions: false },
}

describe('a frame of the status protocol', () => {
  it.each([
    STATUS,
    { ...STATUS, domain: '', services: { allBlocks: false, transactions: true } },
    { ...STATUS, forkId: { hash: hash32(Uint8Array.of(3)), next: 10n } },
  ])('is read as it was written', (status) => {
    expect(decodeStatusFrame(encodeStatusFrame({ kind: 'status', status }))).toEqual({ kind: 'status', status })
  })

  it('is small at its largest', () => {
    const status = { ...STATUS, totalWork: (1n << 320n) - 1n, headNumber: (1n << 64n) - 1n }
    const frame = encodeStatusFrame({
      kind: 'status',
      status: {
        ...status,
        version: 'v'.repeat(64),
        domain: 'd'.repeat(64),
        forkId: { hash: status.headHash, next: (1n << 64n) - 1n },
      },
    })
    expect(frame.length).toBeLessThanOrEqual(MAX_STATUS_FRAME_BYTES)
  })

  it('has no member more than it had before there were forks, where there are none', () => {
    const [, ...items] = encodeStatusFrame({ kind: 'status', status: STATUS })
    expect(decodeRlp(Uint8Array.from(items))).toHaveLength(7)
  })

  it('says every reason of a goodbye, and reads later ones as unknown', () => {
    for (const reason of Object.keys(GOODBYE_REASONS) as (keyof typeof GOODBYE_REASONS)[]) {
      expect(decodeStatusFrame(encodeStatusFrame({ kind: 'goodbye', reason }))).toEqual({ kind: 'goodbye', reason })
    }
    expect(decodeStatusFrame(Uint8Array.of(2, 200))).toEqual({ kind: 'goodbye', reason: 'unknown' })
  })

  it.each([
    ['nothing', Uint8Array.of()],
    ['another kind', Uint8Array.of(3, 1)],
    ['a goodbye without a reason', Uint8Array.of(2)],
    ['a goodbye with two', Uint8Array.of(2, 1, 1)],
    ['a cut status', encodeStatusFrame({ kind: 'status', status: STATUS }).subarray(0, -1)],
    ['a status and more', Uint8Array.of(...encodeStatusFrame({ kind: 'status', status: STATUS }), 0)],
  ])('is refused: %s', (_, bytes) => {
    expect(() => decodeStatusFrame(bytes)).toThrow()
  })

  it('holds no control characters that could reach a terminal', () => {
    const frame = encodeStatusFrame({ kind: 'status', status: { ...STATUS, version: 'poai/\u001b[31m' } })
    expect(() => decodeStatusFrame(frame)).toThrow('version is not a name')
  })
})
