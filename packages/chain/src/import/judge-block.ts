import {
  type ChainContext,
  extendContext,
  nextEpochKey,
  validateBody,
  validateHeaderAlone,
  validateHeaderInContext,
  validateWorkClaim,
  verifyBlock,
  type WorkVerifier,
} from '@poai/consensus'
import type { Block, Clock, Hash32, NetworkParams } from '@poai/core'

/** What the stages before execution need. */
export interface JudgeDependencies {
  readonly params: NetworkParams
  readonly clock: Pick<Clock, 'nowMs'>
  readonly verifier: WorkVerifier
}

/**
 * Stages of import, from cheap to expensive; each throws a `RuleError`.
 *
 * 1. {@link judgeHeader}: the header alone.
 * 2. {@link judgeInContext}: the header after its parent. Returns the chain with the block. A block whose parent is not
 *    here yet gets here when the parent does.
 * 3. {@link judgeClaim}: the claimed work (two hashes). A block that keeps these rules may still be too light to be
 *    looked at further (`side-blocks.ts`). {@link judgeBody}: the body against its header.
 * 4. senders: who signed the transactions (microseconds each).
 * 5. {@link judgeWork}: replay, which is one inference, and two before a block is condemned; then those of its answers.
 * 6. execution, by the one writer (`adopt-block.ts`).
 */
export function judgeHeader({ params }: Pick<JudgeDependencies, 'params'>, { header }: Pick<Block, 'header'>): void {
  validateHeaderAlone({ params, header })
}

/** What the block's place in the chain demands of its header. */
export function judgeInContext(
  { params, clock }: Pick<JudgeDependencies, 'params' | 'clock'>,
  { header }: Pick<Block, 'header'>,
  context: ChainContext,
): ChainContext {
  const nowSeconds = BigInt(Math.floor(clock.nowMs() / 1000))
  validateHeaderInContext({ params, context, header, nowSeconds })
  return extendContext(params, context, header)
}

/** The last check that costs next to nothing: it stands between a forger and an inference. */
export function judgeClaim({ header }: Pick<Block, 'header'>): void {
  validateWorkClaim(header)
}

/** Hashes all of the body, which may be megabytes. */
export function judgeBody({ params }: Pick<JudgeDependencies, 'params'>, { header, body }: Block): void {
  validateBody({ params, header, body })
}

/** A block whose header is valid after `parent`, with its place. */
export interface Candidate {
  readonly hash: Hash32
  readonly block: Block
  readonly parent: ChainContext
  /** Of the chain that ends with the block. */
  readonly context: ChainContext
}

/**
 * Replays the work, and the answers of its contracts. The verifier looks twice before it condemns a block, so it is
 * asked once.
 */
export async function judgeWork(
  { params, verifier }: Pick<JudgeDependencies, 'params' | 'verifier'>,
  { block, parent }: Candidate,
  signal: AbortSignal,
): Promise<void> {
  await verifyBlock(verifier, block, { epochKey: nextEpochKey(params, parent), signal, isClaimMet: true })
}
