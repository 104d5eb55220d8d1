import type { BlockTemplate } from '@poai/chain'
import { type AttemptSource, createAttempts, type ExamBuilder } from '@poai/consensus'
import type { MeasuredJob } from '../figures/mining-figures.ts'
import type { NonceRange } from '../nonce-ranges.ts'

/** A template, and the attempts at it. */
export interface MiningJob extends MeasuredJob {
  readonly template: BlockTemplate
  readonly attempts: AttemptSource
}

/** Makes a job of a template, within a range of nonces. */
export function createMiningJob(template: BlockTemplate, range: NonceRange, buildExam: ExamBuilder): MiningJob {
  const { header, epochKey } = template
  const { first: firstNonce, end: endNonce } = range
  const attempts = createAttempts({ header, epochKey, buildExam, firstNonce, endNonce })
  return { number: header.number, target: header.target, template, attempts }
}
