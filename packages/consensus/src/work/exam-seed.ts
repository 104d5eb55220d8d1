import { type Hash32, hash32, uintToBytes, utf8ToBytes } from '@poai/core'

/** Keeps exam seeds apart from every other hash; the number changes with the recipe. */
const EXAM_DOMAIN: Uint8Array = utf8ToBytes('poai/exam/1')

/** All that an exam depends on besides the network's rules. */
export interface ExamSource {
  readonly epochKey: Hash32
  /** Hash of the header without its seal: parent, beneficiary, transactions, state, time, target. */
  readonly sealHash: Hash32
  readonly nonce: bigint
}

/** The seed of one attempt's exam: keccak256("poai/exam/1" ∥ epochKey ∥ sealHash ∥ u64be(nonce)). */
export function deriveExamSeed({ epochKey, sealHash, nonce }: ExamSource): Hash32 {
  return hash32(EXAM_DOMAIN, epochKey, sealHash, uintToBytes(nonce, 8))
}
