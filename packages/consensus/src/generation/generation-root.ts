import { type Hash32, hash32, utf8ToBytes } from '@poai/core'
import type { ExamEvaluation } from '../transcript/exam-evaluation.ts'
import { createMerkleTree, type MerkleTree } from '../transcript/merkle-tree.ts'
import { transcriptLeafHashes } from '../transcript/transcript-leaf.ts'
import { askedTokensOf, type GenerationTask, requestFor, taskHash } from './generation.ts'

/** The hashes of the tokens' leaves. The evaluation has the four words of each, and no drawn tokens. */
export function tokenLeafHashes(
  task: GenerationTask,
  output: Iterable<number>,
  evaluation: ExamEvaluation,
): readonly Hash32[] {
  return transcriptLeafHashes(askedTokensOf(requestFor(task, output)), evaluation)
}

/** The tree of a generation: the task, then each token, so that one step can be shown without the others. */
export function generationTree(task: GenerationTask, tokenLeaves: readonly Hash32[]): MerkleTree {
  return createMerkleTree([taskHash(task), ...tokenLeaves])
}

const HEAD_DOMAIN: Uint8Array = utf8ToBytes('poai/session/1')

/** The running hash after one more token: whoever signs it has signed all tokens before. */
export function nextHead(head: Hash32, tokenLeaf: Hash32): Hash32 {
  return hash32(HEAD_DOMAIN, head, tokenLeaf)
}
