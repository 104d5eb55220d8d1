import type { BlockTemplate } from '@poai/chain'
import { sealHash, type WorkParams } from '@poai/core'
import { NonceSpans } from '../attempts/nonce-spans.ts'
import type { PumpJob } from '../attempts/search-pump.ts'
import type { MeasuredJob } from '../figures/mining-figures.ts'
import type { NonceRange } from '../nonce-ranges.ts'

/** What attempts are made at, and what their figures are about. */
export interface AttemptJob extends PumpJob, MeasuredJob {}

/** A template, and the attempts at it. */
export interface MiningJob extends AttemptJob {
  readonly template: BlockTemplate
}

/** The attempts at a header, within a range of nonces. */
export function createAttemptJob(
  { header, epochKey }: Pick<BlockTemplate, 'header' | 'epochKey'>,
  range: NonceRange,
  work: WorkParams,
): AttemptJob {
  const { number, target } = header
  return {
    number,
    target,
    search: { exam: work.exam, work, epochKey, target, sealHash: sealHash(header) },
    spans: new NonceSpans(range),
  }
}
