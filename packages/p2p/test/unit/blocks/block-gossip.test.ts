import type { Chain, FinishedStage, HeadEvent, ImportOutcome, OrphanRejection } from '@poai/chain'
import { validateWorkClaim } from '@poai/consensus'
import {
  AppError,
  type Block,
  createBlockCodecs,
  createTransactionCodec,
  Emitter,
  equalBytes,
  type Hash32,
  type Header,
  type RuleCode,
  RuleError,
  silentLogger,
} from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { ChainGenerator, type GeneratedBlock, signTransaction, testNetwork, WALLETS } from '@poai/testing/chain'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { BlockGossip, type BlockGossipDependencies } from '../../../src/blocks/block-gossip.ts'
import { encodeBlockMessage } from '../../../src/blocks/block-message.ts'
import { ForeignBlocks } from '../../../src/blocks/foreign-blocks.ts'
import { ForwardedBlocks } from '../../../src/blocks/forwarded-blocks.ts'
import type { BudgetOutcome } from '../../../src/budget/verification-budget.ts'
import type { GossipVerdict } from '../../../src/gossip/gossip-router.ts'
import { NetworkError } from '../../../src/network-error.ts'
import type { Offence } from '../../../src/peers/offences.ts'
import type { Peer, PeerSet } from '../../../src/peers/peer.ts'
import { Topics } from '../../../src/topics/topics.ts'
import { A_STATUS } from '../../support/fake-handshake.ts'
import { LoneRouter } from '../../support/lone-router.ts'

const codecs = createBlockCodecs(createTransactionCodec(testNetwork.chainId))
let generator: ChainGenerator
let small: GeneratedBlock
let large: GeneratedBlock

beforeAll(async () => {
  const engine = createFakeEngine()
  await engine.start()
  generator = new ChainGenerator({ evaluator: engine })
  const [alice] = WALLETS
  if (alice === undefined) throw new RangeError()
  small = await generator.child(generator.genesis)
  const data = new Uint8Array(50_000).fill(1)
  const plan = { nonce: 0n, to: alice.address, data, gasLimit: 2_500_000n }
  large = await generator.child(generator.genesis, {
    transactions: [signTransaction(testNetwork.chainId, alice, plan)],
  })
})

/** Gossip over a chain that says what the test wants. */
class Fixture {
  readonly offences: Offence[] = []
  readonly outcomes: BudgetOutcome[] = []
  readonly charged: string[] = []
  readonly gaps: string[] = []
  peer: Peer | undefined = { id: 'peer', address: '1.2.3.4', direction: 'in', status: A_STATUS, connectedAtMs: 0 }
  readonly router: LoneRouter = new LoneRouter()
  readonly imported: Block[] = []
  readonly foreign: ForeignBlocks = new ForeignBlocks()
  readonly forwarded: ForwardedBlocks = new ForwardedBlocks()
  readonly heads: Emitter<HeadEvent> = new Emitter('head', silentLogger)
  readonly stages: Emitter<FinishedStage> = new Emitter('stage', silentLogger)
  readonly rejections: Emitter<OrphanRejection> = new Emitter('rejection', silentLogger)
  /** The chain, and what else is stored. */
  canonical: GeneratedBlock[] = [generator.genesis]
  readonly aside: GeneratedBlock[] = []
  nowMs = 0
  /** No time to wait. */
  sleep: (signal?: AbortSignal) => Promise<void> = async () => undefined

  constructor(changes: Partial<BlockGossipDependencies> & Partial<Pick<Chain, 'importBlock' | 'judgeHeader'>> = {}) {
    const { importBlock = async () => ({ kind: 'head', hash: small.hash }), ...rest } = changes
    const { judgeHeader = validateWorkClaim, ...others } = rest
    const peers: Pick<PeerSet, 'get' | 'report'> = {
      get: () => this.peer,
      report: (_, offence) => this.offences.push(offence),
    }
    const clock: BlockGossipDependencies['clock'] = {
      nowMs: () => this.nowMs,
      sleep: (_, signal) => this.sleep(signal),
    }
    const shared = { peers, clock, logger: silentLogger }
    const topics = new Topics(
      { genesisHash: generator.genesis.hash, sharedAddresses: false },
      { ...shared, router: this.router, isCurrent: () => true },
    )
    const gossip = new BlockGossip({
      ...shared,
      topics,
      chain: {
        head: () => this.canonical.at(-1)?.context ?? generator.genesis.context,
        judgeHeader,
        importBlock: (block, options) => {
          this.imported.push(block)
          return importBlock(block, options)
        },
        onHead: this.heads.subscribe,
        onOrphanRejected: this.rejections.subscribe,
        onStage: this.stages.subscribe,
        queries: { header: (place: Hash32 | bigint) => this.#headerOf(place) } as Chain['queries'],
      },
      codecs,
      budget: {
        admit: async () => ({ settle: (outcome) => this.outcomes.push(outcome) }),
        isOpenTo: () => true,
        isProven: () => true,
        charge: (peerId) => this.charged.push(peerId),
      },
      foreign: this.foreign,
      forwarded: this.forwarded,
      fetchBody: async () => large.block.body,
      onGap: (peerId) => this.gaps.push(peerId),
      ...others,
    })
    gossip.start()
  }

  #headerOf(place: Hash32 | bigint): Header | undefined {
    if (typeof place === 'bigint') return this.canonical[Number(place)]?.block.header
    return [...this.canonical, ...this.aside].find(({ hash }) => equalBytes(hash, place))?.block.header
  }

  async judge(data: Uint8Array): Promise<GossipVerdict> {
    return this.router.receive('blocks', data, 'peer')
  }
}

function rejecting(error: Error): Chain['importBlock'] {
  return async () => Promise.reject(error)
}

describe('the gossip of blocks', () => {
  it('passes on what the chain took, and counts it for the peer', async () => {
    const fixture = new Fixture()
    expect(await fixture.judge(encodeBlockMessage(small.block, codecs))).toBe('accept')
    expect(fixture.outcomes).toEqual(['valid'])
    expect(fixture.foreign.has(small.hash)).toBe(true)
  })

  const cases: readonly (readonly [RuleCode, GossipVerdict, readonly Offence[], BudgetOutcome])[] = [
    ['WORK_TRANSCRIPT_MISMATCH', 'reject', ['failed-replay'], 'failed-replay'],
    ['WORK_LOSS_MISMATCH', 'reject', ['failed-replay'], 'failed-replay'],
    ['ANSWER_MISMATCH', 'reject', ['failed-replay'], 'failed-replay'],
    ['WORK_CLAIM_ABOVE_TARGET', 'reject', ['malicious-block'], 'undecided'],
    ['BODY_SIZE', 'reject', ['invalid-block'], 'undecided'],
    // Its bringer may have passed it on in good faith, after its replay and before its execution.
    ['EXECUTION_STATE_ROOT', 'ignore', [], 'undecided'],
    ['HEADER_TIMESTAMP_FUTURE', 'ignore', [], 'undecided'],
  ]
  it.each(cases)('answers a block that breaks %s with %s', async (code, verdict, offences, outcome) => {
    const fixture = new Fixture({ importBlock: rejecting(new RuleError(code, 'broken')) })
    expect(await fixture.judge(encodeBlockMessage(small.block, codecs))).toBe(verdict)
    expect(fixture.offences).toEqual(offences)
    expect(fixture.outcomes).toEqual([outcome])
  })

  it('blames nobody for what failed here', async () => {
    const fixture = new Fixture({ importBlock: rejecting(new AppError('CHAIN_BUSY', 'busy')) })
    expect(await fixture.judge(encodeBlockMessage(small.block, codecs))).toBe('ignore')
    expect(fixture.offences).toEqual([])
  })

  it('rejects bytes that are no message', async () => {
    const fixture = new Fixture()
    for (const data of [new Uint8Array(0), Uint8Array.of(3), Uint8Array.of(1, 0xc0), new Uint8Array(40_000).fill(1)]) {
      expect(await fixture.judge(data)).toBe('reject')
    }
    expect(fixture.imported).toEqual([])
  })

  it('asks nothing of the chain for a peer that has used up its budget', async () => {
    const fixture = new Fixture({
      budget: { admit: async () => undefined, isOpenTo: () => true, isProven: () => false, charge: () => undefined },
    })
    expect(await fixture.judge(encodeBlockMessage(small.block, codecs))).toBe('ignore')
    expect(fixture.imported).toEqual([])
  })

  it('does not even read what a peer sends whose budget is used up', async () => {
    const fixture = new Fixture({
      budget: { admit: async () => undefined, isOpenTo: () => false, isProven: () => false, charge: () => undefined },
    })
    expect(await fixture.judge(Uint8Array.of(3))).toBe('ignore')
    expect(fixture.offences).toEqual([])
  })

  it('tells of a gap as long as it holds an orphan, and does not pass it on', async () => {
    const fixture = new Fixture({
      importBlock: async () => ({ kind: 'orphan', hash: small.hash, missing: small.block.header.parentHash }),
    })
    expect(await fixture.judge(encodeBlockMessage(small.block, codecs))).toBe('ignore')
    expect(fixture.gaps).toEqual(Array.from({ length: 8 }, () => 'peer'))
  })

  it('passes an orphan on that joins the chain soon', async () => {
    const fixture = new Fixture({
      importBlock: async () => ({ kind: 'orphan', hash: small.hash, missing: small.block.header.parentHash }),
    })
    const slept = Promise.withResolvers<void>()
    fixture.sleep = () => slept.promise
    const verdict = fixture.judge(encodeBlockMessage(small.block, codecs))
    await vi.waitFor(() => expect(fixture.gaps).toEqual(['peer']))
    fixture.canonical.push(small)
    fixture.heads.emit({ head: small.context, removed: [], added: [small] })
    expect(await verdict).toBe('accept')
    slept.resolve()
  })

  describe('a block that was replayed and is not executed yet', () => {
    const replayed = (block: GeneratedBlock, end: FinishedStage['end'] = { outcome: 'valid' }): FinishedStage =>
      ({ stage: 'replay', number: 1n, hash: block.hash, beganMs: 0, durationMs: 0, end }) as FinishedStage

    function importing(): { readonly fixture: Fixture; readonly imported: PromiseWithResolvers<ImportOutcome> } {
      const imported = Promise.withResolvers<ImportOutcome>()
      return { fixture: new Fixture({ importBlock: () => imported.promise }), imported }
    }

    it('goes on if it continues the head, and can be asked for', async () => {
      const { fixture, imported } = importing()
      const verdict = fixture.judge(encodeBlockMessage(small.block, codecs))
      await vi.waitFor(() => expect(fixture.imported).toHaveLength(1))
      fixture.stages.emit(replayed(small))
      expect(await verdict).toBe('accept')
      expect(fixture.forwarded.get(small.hash)).toEqual(small.block)
      expect(fixture.outcomes).toEqual([])
      imported.resolve({ kind: 'head', hash: small.hash })
      await vi.waitFor(() => expect(fixture.outcomes).toEqual(['valid']))
    })

    it('costs nobody anything if its execution fails, and blocks are executed first then for ten minutes', async () => {
      let imported = Promise.withResolvers<ImportOutcome>()
      const fixture = new Fixture({ importBlock: () => imported.promise })
      const judge = async (): Promise<GossipVerdict> => {
        imported = Promise.withResolvers()
        const before = fixture.imported.length
        const verdict = fixture.judge(encodeBlockMessage(small.block, codecs))
        await vi.waitFor(() => expect(fixture.imported).toHaveLength(before + 1))
        fixture.stages.emit(replayed(small))
        setImmediate(imported.reject, new RuleError('EXECUTION_STATE_ROOT', 'broken'))
        return verdict
      }
      expect(await judge()).toBe('accept')
      await vi.waitFor(() => expect(fixture.outcomes).toEqual(['undecided']))
      fixture.nowMs += 599_999
      expect(await judge()).toBe('ignore')
      fixture.nowMs += 1
      expect(await judge()).toBe('accept')
      await vi.waitFor(() => expect(fixture.outcomes).toHaveLength(3))
      expect(fixture.offences).toEqual([])
    })

    it('waits while another one is executed that was passed on before it', async () => {
      let imported = Promise.withResolvers<ImportOutcome>()
      const fixture = new Fixture({ importBlock: () => imported.promise })
      const replay = async (block: GeneratedBlock): Promise<boolean> => {
        const before = fixture.imported.length
        void fixture.judge(encodeBlockMessage(block.block, codecs))
        await vi.waitFor(() => expect(fixture.imported).toHaveLength(before + 1))
        fixture.stages.emit(replayed(block))
        return fixture.forwarded.get(block.hash) !== undefined
      }
      expect(await replay(small)).toBe(true)
      const ofFirst = imported
      imported = Promise.withResolvers()
      expect(await replay(large)).toBe(false)
      ofFirst.resolve({ kind: 'side', hash: small.hash })
      await vi.waitFor(() => expect(fixture.outcomes).toEqual(['valid']))
      expect(await replay(large)).toBe(true)
    })

    it('waits if it does not continue the head, was not replayed well, or is another one', async () => {
      const { fixture, imported } = importing()
      fixture.canonical.push(large)
      const verdict = fixture.judge(encodeBlockMessage(small.block, codecs))
      await vi.waitFor(() => expect(fixture.imported).toHaveLength(1))
      fixture.stages.emit(replayed(small))
      fixture.canonical.pop()
      fixture.stages.emit(replayed(large))
      fixture.stages.emit(replayed(small, { error: new AppError('INFERENCE_BUSY', 'busy') }))
      expect(fixture.forwarded.get(small.hash)).toBeUndefined()
      imported.resolve({ kind: 'side', hash: small.hash })
      expect(await verdict).toBe('ignore')
    })
  })

  it('does not pass on what is kept beside the chain, nor blames anybody for it', async () => {
    const fixture = new Fixture({ importBlock: async () => ({ kind: 'side', hash: small.hash }) })
    expect(await fixture.judge(encodeBlockMessage(small.block, codecs))).toBe('ignore')
    expect(fixture.offences).toEqual([])
    expect(fixture.outcomes).toEqual(['valid'])
    fixture.aside.push(small)
    expect(await fixture.judge(encodeBlockMessage(small.block, codecs))).toBe('ignore')
    expect(fixture.offences).toEqual([])
  })

  it('passes known blocks of the chain on near its end, and old ones not', async () => {
    const fixture = new Fixture()
    const [first, ...later] = await generator.grow(generator.genesis, 4)
    if (first === undefined) throw new RangeError('four blocks were grown')
    fixture.canonical = [generator.genesis, first, ...later.slice(0, 2)]
    expect(await fixture.judge(encodeBlockMessage(first.block, codecs))).toBe('accept')
    fixture.canonical = [generator.genesis, first, ...later]
    expect(await fixture.judge(encodeBlockMessage(first.block, codecs))).toBe('ignore')
    expect(fixture.imported).toEqual([])
  })

  it('does not ask for the body of a block that cannot win', async () => {
    const fixture = new Fixture({
      judgeHeader: () => {
        throw new AppError('CHAIN_TOO_LIGHT', 'too light')
      },
      fetchBody: async () => Promise.reject(new RangeError('not asked for')),
    })
    expect(await fixture.judge(encodeBlockMessage(large.block, codecs))).toBe('ignore')
    expect(fixture.offences).toEqual([])
  })

  it('asks the neighbour for the body of a large block', async () => {
    const fixture = new Fixture()
    const message = encodeBlockMessage(large.block, codecs)
    expect(message.length).toBeLessThan(1024)
    expect(await fixture.judge(message)).toBe('accept')
    expect(fixture.imported).toEqual([large.block])
  })

  it('holds it against a neighbour if the body does not come', async () => {
    const fixture = new Fixture({ fetchBody: async () => Promise.reject(new AppError('P2P_REQUEST', 'no answer')) })
    expect(await fixture.judge(encodeBlockMessage(large.block, codecs))).toBe('ignore')
    expect(fixture.offences).toEqual(['announced-without-serving'])
  })

  it('holds nothing against one that is busy, or has gone', async () => {
    const busy = new Fixture({ fetchBody: async () => Promise.reject(new NetworkError('P2P_BUSY', 'busy')) })
    expect(await busy.judge(encodeBlockMessage(large.block, codecs))).toBe('ignore')
    const gone: Fixture = new Fixture({
      fetchBody: async () => {
        gone.peer = undefined
        throw new AppError('P2P_REQUEST', 'no answer')
      },
    })
    expect(await gone.judge(encodeBlockMessage(large.block, codecs))).toBe('ignore')
    expect([...busy.offences, ...gone.offences]).toEqual([])
  })

  it('looks at nothing from whoever has not shaken hands, or is banned by now', async () => {
    const fixture = new Fixture()
    fixture.peer = undefined
    expect(await fixture.judge(encodeBlockMessage(small.block, codecs))).toBe('ignore')
    expect(await fixture.judge(Uint8Array.of(9))).toBe('ignore')
    expect([fixture.imported, fixture.offences]).toEqual([[], []])
  })

  it('does not ask for the body of a header whose work is only claimed', async () => {
    const fixture = new Fixture()
    const header = { ...large.block.header, target: 1n }
    expect(await fixture.judge(encodeBlockMessage({ ...large.block, header }, codecs))).toBe('reject')
    expect(fixture.imported).toEqual([])
  })

  it('announces what was made here, and not what came from others', async () => {
    const fixture = new Fixture()
    const event = (block: GeneratedBlock): HeadEvent => ({ head: block.context, removed: [], added: [block] })
    fixture.heads.emit(event(small))
    fixture.foreign.add(large.hash)
    fixture.heads.emit(event(large))
    expect(fixture.router.published).toEqual([encodeBlockMessage(small.block, codecs)])
  })

  it('holds an orphan that turns out bad against whoever brought it, unless only execution found it out', () => {
    const fixture = new Fixture()
    const executed = new RuleError('EXECUTION_STATE_ROOT', 'broken')
    fixture.rejections.emit({ hash: small.hash, source: 'peer', error: executed })
    expect(fixture.offences).toEqual([])
    const error = new RuleError('HEADER_PARENT_INVALID', 'broken')
    fixture.rejections.emit({ hash: small.hash, source: 'peer', error })
    expect(fixture.offences).toEqual(['invalid-block'])
    expect(fixture.charged).toEqual([])
  })

  it('charges whoever brought an orphan whose replay failed', () => {
    const fixture = new Fixture()
    const error = new RuleError('WORK_TRANSCRIPT_MISMATCH', 'forged')
    fixture.rejections.emit({ hash: small.hash, source: 'peer', error })
    expect(fixture.charged).toEqual(['peer'])
  })

  it('asks one neighbour for two bodies at a time, and no more', async () => {
    let asked = 0
    let answer: (error: Error) => void = () => undefined
    const never = new Promise<never>((_, reject) => {
      answer = reject
    })
    const fixture = new Fixture({
      fetchBody: () => {
        asked++
        return never
      },
    })
    const message = encodeBlockMessage(large.block, codecs)
    const verdicts = [fixture.judge(message), fixture.judge(message), fixture.judge(message)]
    expect(await verdicts[2]).toBe('ignore')
    expect(asked).toBe(2)
    answer(new NetworkError('P2P_BUSY', 'busy'))
    expect(await Promise.all(verdicts)).toEqual(['ignore', 'ignore', 'ignore'])
    void fixture.judge(message)
    expect(asked).toBe(3)
  })

  it('takes points for a flood of blocks that are of no use, and not for some', async () => {
    const fixture = new Fixture({ importBlock: rejecting(new AppError('CHAIN_BUSY', 'busy')) })
    const message = encodeBlockMessage(small.block, codecs)
    for (let count = 0; count < 256; count++) await fixture.judge(message)
    expect(fixture.offences).toEqual([])
    await fixture.judge(message)
    expect(fixture.offences).toEqual(['rate-limit'])
  })
})
