import { genesisContext, type LocatorEntry } from '@poai/consensus'
import { bytesToHex } from '@poai/core'
import { testNetwork } from '@poai/testing/chain'
import { beforeEach, describe, expect, it } from 'vitest'
import { chooseBranch } from '../../../src/sync/choose-branch.ts'
import {
  branchLocator,
  branchTo,
  HeaderTree,
  leadsThrough,
  sampledPartOf,
  type TreeNode,
  unsampledTo,
} from '../../../src/sync/header-tree.ts'
import type { BranchEnd } from '../../../src/sync/showings.ts'
import { type ForgedBlock, forgeBlock } from '../../support/forged-blocks.ts'

function grow(from: ForgedBlock['context'], length: number, salt: number): readonly ForgedBlock[] {
  const blocks: ForgedBlock[] = []
  let tip = from
  for (let index = 0; index < length; index++) {
    const block = forgeBlock(testNetwork, tip, { salt: salt + index })
    blocks.push(block)
    tip = block.context
  }
  return blocks
}

const genesis = genesisContext(testNetwork)
const trunk = grow(genesis, 12, 0)
const fork = grow(trunk[5]?.context ?? genesis, 3, 100)
let tree: HeaderTree

function plant(blocks: readonly ForgedBlock[], before = genesis): readonly TreeNode[] {
  let at = before
  return blocks.map(({ block, context }) => {
    const node = tree.add(block.header, at, context)
    at = context
    return node
  })
}

function at<Value>(values: readonly Value[], index: number): Value {
  const value = values.at(index)
  if (value === undefined) throw new RangeError(`nothing at ${index}`)
  return value
}

beforeEach(() => {
  tree = new HeaderTree(20)
})

describe('the tree of headers', () => {
  it('holds each header once, and branches of one root', () => {
    const nodes = plant(trunk)
    plant(trunk)
    const [first] = plant(fork, at(trunk, 5).context)
    expect([tree.size, tree.room]).toEqual([15, 5])
    expect(first?.parent).toBe(nodes[5])
    expect(branchTo(at(nodes, -1))).toEqual(nodes)
    expect(leadsThrough(at(nodes, -1), at(nodes, 5))).toBe(true)
    expect(leadsThrough(at(nodes, -1), first as TreeNode)).toBe(false)
  })

  it('has a bound that whoever adds must ask for', () => {
    tree = new HeaderTree(12)
    plant(trunk)
    expect(() => plant(fork, at(trunk, 5).context)).toThrow('room')
  })

  it('knows what of a branch was sampled', () => {
    const nodes = plant(trunk)
    const tip = at(nodes, -1)
    expect([sampledPartOf(tip), unsampledTo(tip).length]).toEqual([undefined, 12])
    tree.markSampled(at(nodes, 7))
    expect(sampledPartOf(tip)).toBe(nodes[7])
    expect(unsampledTo(tip)).toEqual(nodes.slice(8))
  })

  it('condemns a header and its descendants for good', () => {
    const nodes = plant(trunk)
    plant(fork, at(trunk, 5).context)
    tree.condemn(at(nodes, 6))
    expect(tree.size).toBe(6 + 3)
    expect(trunk.map(({ context }) => tree.isCondemned(context.hash))).toEqual([
      ...new Array(6).fill(false),
      ...new Array(6).fill(true),
    ])
  })

  it('forgets what the chain has and what leads nowhere', () => {
    const nodes = plant(trunk)
    const side = plant(fork, at(trunk, 5).context)
    const stored = new Set(trunk.slice(0, 4).map(({ context }) => bytesToHex(context.hash)))
    tree.forgetStored((hash) => stored.has(bytesToHex(hash)))
    expect(branchTo(at(nodes, -1))).toEqual(nodes.slice(4))
    tree.keepOnly([at(side, -1)])
    expect(tree.size).toBe(2 + 3)
    expect(branchTo(at(side, -1))).toHaveLength(5)
  })

  it('describes a branch by its own numbers, newest first', () => {
    const nodes = plant(trunk)
    const entries: readonly LocatorEntry[] = branchLocator(at(nodes, -1))
    expect(entries.map(({ number }) => number)).toEqual([12n, 11n, 10n, 9n, 8n, 7n, 6n, 5n, 4n, 3n, 1n])
    expect(entries[0]?.hash).toEqual(at(nodes, -1).hash)
  })
})

describe('the branch to follow', () => {
  const choose = (
    tips: readonly TreeNode[],
    changes: Partial<Parameters<typeof chooseBranch>[0]> = {},
  ): TreeNode | undefined =>
    chooseBranch({
      tips,
      endOf: (): BranchEnd => 'complete',
      ownWork: 0n,
      trust: { minimumWork: 0n, checkpoints: [] },
      isHeld: () => false,
      ...changes,
    })

  it('is the heaviest that was sampled, whatever others claim', () => {
    const nodes = plant(trunk)
    const side = plant(fork, at(trunk, 5).context)
    const tips = [at(nodes, -1), at(side, -1)]
    expect(choose(tips)).toBeUndefined()
    tree.markSampled(at(side, -1))
    expect(choose(tips)).toBe(at(side, -1))
    tree.markSampled(at(nodes, -1))
    expect(choose(tips)).toBe(at(nodes, -1))
  })

  it('is heavier than our own chain, by one at least', () => {
    const tip = at(plant(trunk), -1)
    tree.markSampled(tip)
    const { totalWork } = tip.context
    expect(choose([tip], { ownWork: totalWork - 1n })).toBe(tip)
    expect(choose([tip], { ownWork: totalWork })).toBeUndefined()
  })

  it("has the network's minimum work, unless ours has or it is cut", () => {
    const tip = at(plant(trunk), -1)
    tree.markSampled(tip)
    const { totalWork } = tip.context
    const trusting = (minimumWork: bigint): Partial<Parameters<typeof chooseBranch>[0]> => ({
      trust: { minimumWork, checkpoints: [] },
    })
    expect(choose([tip], trusting(totalWork))).toBe(tip)
    expect(choose([tip], trusting(totalWork + 1n))).toBeUndefined()
    expect(choose([tip], { ...trusting(totalWork + 1n), endOf: () => 'cut' })).toBe(tip)
    expect(choose([tip], { ...trusting(2n), ownWork: 2n })).toBe(tip)
  })

  it('ends where its sample does, if nobody extends it any more', () => {
    const nodes = plant(trunk)
    const tip = at(nodes, -1)
    tree.markSampled(at(nodes, 7))
    const endingAt = (...ends: readonly (TreeNode | undefined)[]): TreeNode | undefined =>
      choose([tip], { endOf: (node) => (ends.includes(node) ? 'complete' : undefined) })
    expect(endingAt()).toBeUndefined()
    expect(endingAt(tip)).toBe(nodes[7])
    expect(endingAt(nodes[3])).toBe(nodes[3])
  })

  it('is not one that stands on a block that hindered an import lately', () => {
    const nodes = plant(trunk)
    tree.markSampled(at(nodes, -1))
    expect(choose([at(nodes, -1)], { isHeld: (node) => node === nodes[3] })).toBeUndefined()
  })
})
