import { concatBytes, type Hash32, hash32, InvariantError, toHash32, uintToBytes } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { createMerkleTree, isIncluded } from '../../../src/transcript/merkle-tree.ts'

const MAX_SIZE = 300

const LEAVES: readonly Hash32[] = Array.from({ length: MAX_SIZE }, (_, i) =>
  hash32(Uint8Array.of(0), uintToBytes(BigInt(i), 4)),
)
const STRANGER = hash32(Uint8Array.of(7))

/** RFC 6962, section 2.1, as it is written: split at the largest power of two below the size. */
function rfcRoot(leaves: readonly Hash32[]): Hash32 {
  if (leaves.length === 1) return leaves[0] as Hash32
  let split = 1
  while (2 * split < leaves.length) split *= 2
  return hash32(concatBytes(Uint8Array.of(1), rfcRoot(leaves.slice(0, split)), rfcRoot(leaves.slice(split))))
}

/** RFC 6962, section 2.1.1, as it is written. */
function rfcPath(index: number, leaves: readonly Hash32[]): readonly Hash32[] {
  if (leaves.length === 1) return []
  let split = 1
  while (2 * split < leaves.length) split *= 2
  if (index < split) return [...rfcPath(index, leaves.slice(0, split)), rfcRoot(leaves.slice(split))]
  return [...rfcPath(index - split, leaves.slice(split)), rfcRoot(leaves.slice(0, split))]
}

function flipBit(hash: Hash32, bit: number): Hash32 {
  const byte = bit >> 3
  return toHash32(hash.with(byte, (hash[byte] as number) ^ (1 << (bit & 7))))
}

describe('Merkle tree', () => {
  it(`has the root of RFC 6962 for every size from 1 to ${MAX_SIZE}`, () => {
    for (let size = 1; size <= MAX_SIZE; size++) {
      const leaves = LEAVES.slice(0, size)
      expect(createMerkleTree(leaves).root, `size ${size}`).toEqual(rfcRoot(leaves))
    }
  })

  it('has the paths of RFC 6962', () => {
    for (const size of [1, 2, 3, 5, 6, 7, 8, 16, 31, 33]) {
      const leaves = LEAVES.slice(0, size)
      const tree = createMerkleTree(leaves)
      for (let index = 0; index < size; index++) {
        expect(tree.prove(index), `leaf ${index} of ${size}`).toEqual(rfcPath(index, leaves))
      }
    }
  })

  // In parts, so that none takes long on a busy machine.
  it.each([0, 50, 100, 150, 200, 250])('proves every leaf of every size, the 50 sizes from %i + 1 on', (before) => {
    const failures: string[] = []
    for (let size = before + 1; size <= before + 50; size++) {
      const { root, prove } = createMerkleTree(LEAVES.slice(0, size))
      for (let index = 0; index < size; index++) {
        const proof = { root, size, index, leafHash: LEAVES[index] as Hash32, path: prove(index) }
        if (!isIncluded(proof)) failures.push(`leaf ${index} of ${size} has no proof`)
      }
    }
    expect(failures).toEqual([])
  })

  it('proves no stranger, no leaf at another place, and takes no path that is too long or too short', () => {
    const failures: string[] = []
    for (let size = 1; size <= 24; size++) {
      const { root, prove } = createMerkleTree(LEAVES.slice(0, size))
      for (let index = 0; index < size; index++) {
        const path = prove(index)
        const proof = { root, size, index, leafHash: LEAVES[index] as Hash32, path }
        const place = `leaf ${index} of ${size}`
        for (let other = 0; other < size; other++) {
          if (other !== index && isIncluded({ ...proof, index: other })) failures.push(`${place} passes as ${other}`)
        }
        if (isIncluded({ ...proof, leafHash: STRANGER })) failures.push(`a stranger passes as ${place}`)
        if (isIncluded({ ...proof, path: [...path, root] })) failures.push(`${place}: a hash too many`)
        if (size > 1 && isIncluded({ ...proof, path: path.slice(1) })) failures.push(`${place}: the first hash missing`)
        if (size > 1 && isIncluded({ ...proof, path: path.slice(0, -1) }))
          failures.push(`${place}: the last hash missing`)
      }
    }
    expect(failures).toEqual([])
  })

  it('rejects a proof with one bit changed anywhere', () => {
    const size = 13
    const index = 12
    const { root, prove } = createMerkleTree(LEAVES.slice(0, size))
    const proof = { root, size, index, leafHash: LEAVES[index] as Hash32, path: prove(index) }
    expect(isIncluded(proof)).toBe(true)
    for (let bit = 0; bit < 256; bit++) {
      expect(isIncluded({ ...proof, root: flipBit(root, bit) })).toBe(false)
      expect(isIncluded({ ...proof, leafHash: flipBit(proof.leafHash, bit) })).toBe(false)
      proof.path.forEach((hash, at) => {
        expect(isIncluded({ ...proof, path: proof.path.with(at, flipBit(hash, bit)) })).toBe(false)
      })
    }
  })

  it.each([
    ['an index equal to the size', { index: 4, size: 4 }],
    ['an index equal to the size of one', { index: 1, size: 1 }],
    ['a negative index', { index: -1, size: 4 }],
    ['a fractional index', { index: 0.5, size: 4 }],
    ['a tree of no leaves', { index: 0, size: 0 }],
    ['a fractional size', { index: 0, size: 3.5 }],
    ['an endless size', { index: 0, size: Number.POSITIVE_INFINITY }],
  ])('rejects %s', (_name, place) => {
    const { root, prove } = createMerkleTree(LEAVES.slice(0, 4))
    expect(isIncluded({ root, ...place, leafHash: LEAVES[0] as Hash32, path: prove(0) })).toBe(false)
    // The root stands for itself on no path at all, if only a place beyond the tree were let through.
    expect(isIncluded({ root, ...place, leafHash: root, path: [] })).toBe(false)
  })

  it('does not take an inner node for a leaf', () => {
    const { root } = createMerkleTree(LEAVES.slice(0, 4))
    const left = createMerkleTree(LEAVES.slice(0, 2)).root
    const right = createMerkleTree(LEAVES.slice(2, 4)).root
    expect(isIncluded({ root, size: 4, index: 0, leafHash: left, path: [right] })).toBe(false)
    const preimage = concatBytes(Uint8Array.of(0), left, right)
    expect(hash32(preimage)).not.toEqual(root)
  })

  it('is asked for trees and leaves that exist', () => {
    expect(() => createMerkleTree([])).toThrow(InvariantError)
    const tree = createMerkleTree(LEAVES.slice(0, 3))
    for (const index of [-1, 3, 0.5]) expect(() => tree.prove(index)).toThrow(InvariantError)
  })
})
