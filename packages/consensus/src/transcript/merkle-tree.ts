import { equalBytes, type Hash32, hash32, invariant } from '@poai/core'

/** RFC 6962: keeps an inner node's preimage from ever being one of a leaf. */
const NODE_PREFIX: Uint8Array = Uint8Array.of(0x01)

function nodeHash(left: Hash32, right: Hash32): Hash32 {
  return hash32(NODE_PREFIX, left, right)
}

/** The nodes above `level`. A last node without a partner moves up as it is: it is never paired with itself. */
function levelAbove(level: readonly Hash32[]): readonly Hash32[] {
  const above: Hash32[] = []
  for (let i = 0; i + 1 < level.length; i += 2) above.push(nodeHash(level[i] as Hash32, level[i + 1] as Hash32))
  if (level.length % 2 === 1) above.push(level[level.length - 1] as Hash32)
  return above
}

/** An RFC 6962 tree over leaf hashes. */
export interface MerkleTree {
  readonly root: Hash32
  /** The sibling hashes from the leaf at `index` up to the root: RFC 6962's audit path. */
  prove(index: number): readonly Hash32[]
}

/** Builds the tree over at least one leaf hash. */
export function createMerkleTree(leafHashes: readonly Hash32[]): MerkleTree {
  invariant(leafHashes.length > 0, 'a Merkle tree of no leaves')
  const levels = [leafHashes]
  let top = leafHashes
  while (top.length > 1) {
    top = levelAbove(top)
    levels.push(top)
  }
  return {
    root: top[0] as Hash32,
    prove: (index) => {
      invariant(Number.isInteger(index) && index >= 0 && index < leafHashes.length, `no leaf ${index} to prove`)
      const siblings = levels.map((level, height) => level[(index >>> height) ^ 1])
      return siblings.filter((sibling) => sibling !== undefined)
    },
  }
}

/** A claim that a leaf stands at an index of a tree of known size and root. */
export interface InclusionProof {
  readonly root: Hash32
  /** Leaves of the tree. */
  readonly size: number
  readonly index: number
  readonly leafHash: Hash32
  /** From the leaf up. */
  readonly path: readonly Hash32[]
}

/** True if the path leads from the leaf to the root, with neither a hash too few nor one too many. */
export function isIncluded({ root, size, index, leafHash, path }: InclusionProof): boolean {
  if (!Number.isInteger(size) || !Number.isInteger(index) || index < 0 || index >= size) return false
  let hash = leafHash
  let used = 0
  let position = index
  for (let nodes = size; nodes > 1; nodes = (nodes + (nodes % 2)) / 2) {
    const isRight = position % 2 === 1
    if (isRight || position + 1 < nodes) {
      const sibling = path[used++]
      if (sibling === undefined) return false
      hash = isRight ? nodeHash(sibling, hash) : nodeHash(hash, sibling)
    }
    position = (position - (position % 2)) / 2
  }
  return used === path.length && equalBytes(hash, root)
}
