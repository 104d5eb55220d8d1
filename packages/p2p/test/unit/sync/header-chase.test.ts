import { type ChainContext, genesisContext } from '@poai/consensus'
import { genesisHeader, type Hash32, type Header, type NetworkTrust, NO_TRUST, RuleError } from '@poai/core'
import { testNetwork } from '@poai/testing/chain'
import { ManualClock } from '@poai/testing/manual-clock'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Offence } from '../../../src/peers/offences.ts'
import type { Peer } from '../../../src/peers/peer.ts'
import {
  type ChaseTurn,
  chaseHeaders,
  FIRST_ANSWER_MS,
  type HeaderChaseDependencies,
  TooSlowError,
} from '../../../src/sync/header-chase.ts'
import { HeaderTree, type TreeNode } from '../../../src/sync/header-tree.ts'
import { A_STATUS } from '../../support/fake-handshake.ts'
import { type ForgedBlock, forgeBlock } from '../../support/forged-blocks.ts'

const LENGTH = 1200
const genesis = genesisContext(testNetwork)
const chain: readonly ForgedBlock[] = grow(LENGTH)
const clock = new ManualClock()
let tree: HeaderTree
let offences: Offence[]
let asked: number[]

function grow(length: number): readonly ForgedBlock[] {
  const blocks: ForgedBlock[] = []
  let tip = genesis
  for (let salt = 0; salt < length; salt++) {
    const block = forgeBlock(testNetwork, tip, { salt })
    blocks.push(block)
    tip = block.context
  }
  return blocks
}

function contextAt(number: number): ChainContext {
  return chain[number - 1]?.context ?? genesis
}

interface Setting {
  /** Blocks that the peer has, and that we have. */
  readonly length: number
  readonly own?: number
  readonly claimed?: bigint
  readonly headHash?: Hash32
  readonly final?: bigint
  readonly trust?: NetworkTrust
  readonly trusted?: Hash32
  readonly from?: TreeNode | undefined
  readonly delayMs?: number
}

function chase({ length, own = 0, ...setting }: Setting): Promise<ChaseTurn> {
  const head = contextAt(own)
  const headerAt = (number: number): Header => chain[number - 1]?.block.header ?? genesisHeader(testNetwork)
  const known = new Map(chain.slice(0, own).map(({ context }) => [`${context.hash}`, context]))
  const dependencies: HeaderChaseDependencies = {
    params: testNetwork,
    trust: setting.trust ?? NO_TRUST,
    requests: {
      headers: async (_, { locator, count }, signal) => {
        asked.push(count)
        if (setting.delayMs !== undefined) await clock.sleep(setting.delayMs, signal)
        const shared = locator.find(({ number }) => number <= BigInt(length))
        const from = Number(shared?.number ?? 0n)
        return chain.slice(from, Math.min(length, from + count)).map(({ block }) => block.header)
      },
    },
    chain: {
      head: () => head,
      context: (hash) => known.get(`${hash}`) ?? (`${hash}` === `${genesis.hash}` ? genesis : undefined),
      queries: {
        header: (number: bigint) => headerAt(Number(number)),
      } as unknown as HeaderChaseDependencies['chain']['queries'],
      finalized: () => ({ number: setting.final ?? 0n, hash: genesis.hash }),
    },
    peers: { report: (_, offence) => void offences.push(offence) },
    tree,
    policy: { isTrusted: (hash) => hash === setting.trusted },
    clock,
  }
  const totalWork = setting.claimed ?? contextAt(length).totalWork
  const status = {
    ...A_STATUS,
    headNumber: BigInt(length),
    headHash: setting.headHash ?? contextAt(length).hash,
    totalWork,
  }
  const peer: Peer = { id: 'peer', address: '192.0.2.1', direction: 'in', status, connectedAtMs: 0 }
  const signal = new AbortController().signal
  return chaseHeaders(dependencies, peer, { from: setting.from, guess: undefined, onProgress: () => undefined, signal })
}

beforeEach(() => {
  tree = new HeaderTree()
  offences = []
  asked = []
})

describe('a turn with a peer', () => {
  it('ends with all that the peer has, after a small question first', async () => {
    const turn = await chase({ length: 300 })
    expect(turn).toMatchObject({ kind: 'complete', tip: { context: contextAt(300) } })
    expect(asked).toEqual([128, 512])
    expect([tree.size, offences]).toEqual([300, []])
  })

  it('ends where so many headers must be sampled first, and goes on from there', async () => {
    const turn = await chase({ length: LENGTH })
    expect(turn).toMatchObject({ kind: 'due', tip: { context: contextAt(128 + 512 + 512) } })
    if (turn.tip === undefined) throw new RangeError('there is a tip')
    expect(await chase({ length: LENGTH, from: turn.tip }), 'not sampled yet').toEqual(turn)
    tree.markSampled(turn.tip)
    expect(await chase({ length: LENGTH, from: turn.tip })).toMatchObject({ kind: 'complete' })
  })

  it('asks for nothing that another peer showed', async () => {
    await chase({ length: 300 })
    asked = []
    expect(await chase({ length: 300 })).toMatchObject({ kind: 'complete', tip: { context: contextAt(300) } })
    expect(asked).toEqual([])
  })

  it('takes an answer in time, and reports one that comes a moment too late', async () => {
    const inTime = chase({ length: 20, delayMs: FIRST_ANSWER_MS - 1 })
    await clock.advance(FIRST_ANSWER_MS - 1)
    expect(await inTime).toMatchObject({ kind: 'complete' })
    tree = new HeaderTree()
    const late = expect(chase({ length: 20, delayMs: FIRST_ANSWER_MS + 1 })).rejects.toThrow(TooSlowError)
    await clock.advance(FIRST_ANSWER_MS)
    await late
    expect(offences).toEqual(['too-slow'])
  })

  it('holds a peer to the work that it claims', async () => {
    const { totalWork } = contextAt(20)
    // It names a head that its headers do not lead to.
    const headHash = contextAt(50).hash
    await chase({ length: 20, headHash, claimed: totalWork })
    expect(offences).toEqual([])
    await expect(chase({ length: 20, headHash, claimed: totalWork + 1n })).rejects.toThrow('claims')
    expect(offences).toEqual(['false-claim'])
  })

  it('takes no branch from before what is final, nor one that contradicts a checkpoint', async () => {
    await expect(chase({ length: 20, final: 0n })).resolves.toMatchObject({ kind: 'complete' })
    tree = new HeaderTree()
    await expect(chase({ length: 20, final: 1n })).rejects.toThrow('before what is final')
    const trustIn = (number: number, hash: Hash32): NetworkTrust => ({
      minimumWork: 0n,
      checkpoints: [{ number: BigInt(number), hash }],
    })
    await chase({ length: 20, trust: trustIn(10, contextAt(10).hash) })
    expect(tree.get(contextAt(10).hash)?.isSampled, 'trusted by its hash').toBe(true)
    expect(tree.get(contextAt(11).hash)?.isSampled).toBe(false)
    tree = new HeaderTree()
    await expect(chase({ length: 20, trust: trustIn(10, contextAt(11).hash) })).rejects.toThrow('checkpoint')
    expect(offences).toEqual([])
  })

  it('blames whoever shows again what was condemned', async () => {
    const { tip } = await chase({ length: 20 })
    if (tip === undefined) throw new RangeError('there is a tip')
    tree.condemn(tip)
    await expect(chase({ length: 20 })).rejects.toThrow(RuleError)
    expect(offences).toEqual(['invalid-header'])
  })
})
