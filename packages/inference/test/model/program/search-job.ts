import { toHash32 } from '@poai/core'
import type { SearchJob } from '@poai/inference'

/** A job of the testnet's shape whose target nothing meets. */
export const SEARCH_JOB: SearchJob = {
  exam: { format: 'bytes-1', tokens: 160, answerTokens: 12, minSaltTokens: 8, probes: 5 },
  epochKey: toHash32(new Uint8Array(32).fill(1)),
  sealHash: toHash32(new Uint8Array(32).fill(2)),
  target: 0n,
}
