import { createHash, randomBytes } from 'node:crypto'
import type { WorkVerifier } from '@poai/consensus'
import { bytesToHex, equalBytes, type Hash32, type Header, headerHash } from '@poai/core'

/** Which blocks of the past a node replays while it catches up. Blocks that come by gossip are always replayed. */
export type ReplayMode =
  /** All. */
  | { readonly kind: 'full' }
  /** A share of the old ones that nobody can guess, and all of the recent ones. */
  | { readonly kind: 'sampled'; readonly share: number; readonly recentBlocks: number }
  /** None up to a block that the operator trusts, by its hash; all after it. */
  | { readonly kind: 'assume-valid'; readonly hash: Hash32 }

/** A block of a header chain that keeps all rules over headers. */
export interface CheckedHeader {
  readonly header: Header
  readonly hash: Hash32
}

/** Decides which blocks need no replay, and remembers it until their import. */
export interface ReplayPolicy {
  /** Looks at a chain of headers that is about to be imported; the last one is its end. */
  survey(chain: readonly CheckedHeader[]): void
  /** That survey is not needed any more. */
  forget(): void
  /** The header's work was replayed here, before its body came: it is not replayed again. */
  vouch(hash: Hash32): void
  isExcused(hash: Hash32): boolean
  /** As {@link isExcused}, for what the block's contracts were answered: to vouch for work says nothing about it. */
  areAnswersExcused(hash: Hash32): boolean
  /** True for a block that the operator trusts by its hash, and with it all before it. */
  isTrusted(hash: Hash32): boolean
}

/** Replayed headers whose bodies are still to come: more than the samples of all branches under way. */
const MAX_VOUCHED = 65_536

/** One block in this many is replayed: a forger of a hundred blocks escapes once in 10^9 times at a fifth. */
export const DEFAULT_SAMPLE_SHARE = 0.2
/** As deep as a chain can be reorganised by default, and a bit more. */
export const DEFAULT_RECENT_BLOCKS = 256

/** The policy of a mode. The sample's secret is made anew at each start. */
export function createReplayPolicy(mode: ReplayMode): ReplayPolicy {
  const secret = randomBytes(32)
  const excused = new Set<string>()
  const vouched = new Set<string>()
  const isDrawn = (hash: Hash32, share: number): boolean =>
    createHash('sha256').update(secret).update(hash).digest().readUInt32BE(0) < share * 2 ** 32
  return {
    survey: (chain) => {
      excused.clear()
      if (mode.kind === 'full') return
      if (mode.kind === 'assume-valid') {
        const end = chain.findIndex(({ hash }) => equalBytes(hash, mode.hash))
        for (const { hash } of chain.slice(0, end + 1)) excused.add(bytesToHex(hash))
        return
      }
      for (const { hash } of chain.slice(0, Math.max(0, chain.length - mode.recentBlocks))) {
        if (!isDrawn(hash, mode.share)) excused.add(bytesToHex(hash))
      }
    },
    forget: () => excused.clear(),
    vouch: (hash) => {
      vouched.add(bytesToHex(hash))
      if (vouched.size <= MAX_VOUCHED) return
      const [oldest] = vouched
      if (oldest !== undefined) vouched.delete(oldest)
    },
    isExcused: (hash) => {
      if (excused.size === 0 && vouched.size === 0) return false
      const name = bytesToHex(hash)
      return excused.has(name) || vouched.has(name)
    },
    areAnswersExcused: (hash) => excused.has(bytesToHex(hash)),
    isTrusted: (hash) => mode.kind === 'assume-valid' && equalBytes(hash, mode.hash),
  }
}

/** Replays except what the policy excuses or vouches for; all other checks of import stay as they are. */
export function excusingVerifier(
  verifier: WorkVerifier,
  policy: Pick<ReplayPolicy, 'isExcused' | 'areAnswersExcused'>,
): WorkVerifier {
  return {
    verify: async (header, options) => {
      if (policy.isExcused(headerHash(header))) return
      await verifier.verify(header, options)
    },
    verifyAnswers: async (block, options) => {
      if (policy.areAnswersExcused(headerHash(block.header))) return
      await verifier.verifyAnswers(block, options)
    },
  }
}
