import { bytesToUint, type Hash32, toHash32, uintToBytes } from '@poai/core'
import type { SearchJob, SearchSeal } from './attempt-search.ts'

/*
 * Jobs and seals as the engine has them in memory (`native/engine/attempt.h`), little-endian except for the 32-byte
 * numbers.
 *
 * job: exam tokens u32 | answer tokens u32 | least salt tokens u32 | probes u32 | epoch key 32 | seal hash 32 | target
 * 32 seal: nonce u64 | loss u64 | transcript root 32 | work hash 32
 */

export const JOB_BYTES = 112
export const SEAL_BYTES = 80

const HASH_BYTES = 32
const JOB_HASHES_AT = 16
const SEAL_HASHES_AT = 16

export function encodeJob({ exam, epochKey, sealHash, target }: SearchJob): Uint8Array {
  const bytes = new Uint8Array(JOB_BYTES)
  const view = new DataView(bytes.buffer)
  const shape = [exam.tokens, exam.answerTokens, exam.minSaltTokens, exam.probes]
  shape.forEach((number, index) => {
    view.setUint32(4 * index, number, true)
  })
  bytes.set(epochKey, JOB_HASHES_AT)
  bytes.set(sealHash, JOB_HASHES_AT + HASH_BYTES)
  bytes.set(uintToBytes(target, HASH_BYTES), JOB_HASHES_AT + 2 * HASH_BYTES)
  return bytes
}

/** The seal in the first {@link SEAL_BYTES} of `bytes`. */
export function decodeSeal(bytes: Uint8Array): SearchSeal {
  const view = new DataView(bytes.buffer, bytes.byteOffset, SEAL_BYTES)
  return {
    nonce: view.getBigUint64(0, true),
    lossMicroNats: view.getBigUint64(8, true),
    transcriptRoot: readHash(bytes, SEAL_HASHES_AT),
    workHash: bytesToUint(bytes.subarray(SEAL_HASHES_AT + HASH_BYTES, SEAL_BYTES)),
  }
}

function readHash(bytes: Uint8Array, at: number): Hash32 {
  return toHash32(Uint8Array.from(bytes.subarray(at, at + HASH_BYTES)))
}
