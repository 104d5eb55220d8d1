import { uintToBytes } from '@poai/core'
import type { ExamFormat, ReferenceAttempt, ReferenceJob } from '@poai/testing'

/** The results of `attempt`, in the order of attempt.h. */
const RESULTS = ['missed', 'solved', 'void', 'stopped', 'broken'] as const
const HASH_BYTES = 32

function littleEndian(value: bigint): Buffer {
  return Buffer.from(uintToBytes(value, 8)).reverse()
}

/** A `SearchJob` in memory. */
export function encodeSearchJob(format: ExamFormat, { epochKey, sealHash, target }: ReferenceJob): Buffer {
  const { tokens, answerTokens, minSaltTokens, probes } = format
  const shape = new Uint8Array(Uint32Array.of(tokens, answerTokens, minSaltTokens, probes).buffer)
  return Buffer.concat([shape, epochKey, sealHash, uintToBytes(target, HASH_BYTES)])
}

/** What `attempt-dump attempts` reads about a nonce. */
export function encodeTrial({ epochKey, sealHash, target }: ReferenceJob, nonce: bigint): Buffer {
  return Buffer.concat([epochKey, sealHash, uintToBytes(target, HASH_BYTES), littleEndian(nonce)])
}

/** The result of an attempt and its `Seal` in memory, all zeros where it writes none. */
export function encodeTried(nonce: bigint, tried: ReferenceAttempt | { readonly kind: 'stopped' }): Buffer {
  const result = Buffer.from(Uint32Array.of(RESULTS.indexOf(tried.kind)).buffer)
  if (tried.kind !== 'missed' && tried.kind !== 'solved') return Buffer.concat([result, Buffer.alloc(SEAL_BYTES)])
  const { root, lossMicroNats, workHash } = tried
  return Buffer.concat([
    result,
    littleEndian(nonce),
    littleEndian(lossMicroNats),
    root,
    uintToBytes(workHash, HASH_BYTES),
  ])
}

/** Bytes of a `Seal` in memory. */
export const SEAL_BYTES = 80
