import type { Block } from '@poai/core'
import type { VerifyWorkOptions, WorkVerifier } from './work-verifier.ts'

/**
 * Replays all that models are said to have computed for a block: its work, and only then what its contracts were
 * answered, which may be more. Throws as {@link WorkVerifier} does.
 */
export async function verifyBlock(
  verifier: WorkVerifier,
  { header, body }: Block,
  options: VerifyWorkOptions,
): Promise<void> {
  await verifier.verify(header, options)
  const { answers = [] } = body
  if (answers.length > 0) await verifier.verifyAnswers({ header, answers }, { signal: options.signal })
}
