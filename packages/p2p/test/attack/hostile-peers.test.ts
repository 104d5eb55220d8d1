import { type ExamEvaluator, MAX_EVALUATIONS } from '@poai/consensus'
import { createBlockCodecs, createTransactionCodec, defined } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { ChainGenerator, type GeneratedBlock, testNetwork } from '@poai/testing/chain'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Offence } from '../../src/peers/offences.ts'
import type { AttackScene } from '../support/attacks/attack.ts'
import { ATTACKS } from '../support/attacks/attacks.ts'
import { type HostileClient, startHostileClient } from '../support/hostile-client.ts'
import { startNode, type TestNode } from '../support/start-node.ts'

const WAIT = { timeout: 30_000, interval: 20 }
const codecs = createBlockCodecs(createTransactionCodec(testNetwork.chainId))
const closers: (() => Promise<void>)[] = []

/** A node that counts the passes of its model, with an honest neighbour, a block on both, and another block to come. */
interface Siege {
  readonly victim: TestNode
  readonly honest: TestNode
  readonly scene: AttackScene
  readonly next: GeneratedBlock
  readonly counts: { evaluations: number }
}

async function besiege(tries: number): Promise<Siege> {
  const engine = createFakeEngine()
  await engine.start()
  const generator = new ChainGenerator({ evaluator: engine })
  const [first, next] = await generator.grow(generator.genesis, 2)
  if (first === undefined || next === undefined) throw new RangeError('two blocks were asked for')
  const counts = { evaluations: 0 }
  const counting = (model: ExamEvaluator): ExamEvaluator => ({
    evaluate: (requests, request) => {
      counts.evaluations += requests.length
      return model.evaluate(requests, request)
    },
  })
  const victim = await startNode({ passes: counting, network: { limits: { sharedAddresses: false } } })
  const honest = await startNode()
  closers.push(
    () => victim.stop(),
    () => honest.stop(),
  )
  await victim.chain.importBlock(first.block)
  await honest.chain.importBlock(first.block)
  victim.network.peers.add(honest.network.addresses()[0] ?? '')
  await vi.waitFor(() => expect(victim.network.figures().peers.outbound).toBe(1), WAIT)
  counts.evaluations = 0
  const [address = ''] = victim.network.addresses()
  const start = async (from?: string): Promise<HostileClient> => {
    const client = await startHostileClient({ params: testNetwork, victim: address, ...defined({ from }) })
    closers.push(() => client.close())
    return client
  }
  return { victim, honest, next, counts, scene: { params: testNetwork, codecs, head: first.context, start, tries } }
}

async function attack(
  name: string,
  tries: number,
): Promise<Siege & { readonly said: string; readonly offences: Readonly<Partial<Record<Offence, number>>> }> {
  const siege = await besiege(tries)
  const chosen = ATTACKS[name]
  if (chosen === undefined) throw new RangeError(name)
  const said = await chosen.run(siege.scene)
  // Whatever happened: the honest neighbour is there, and its next block comes through.
  await siege.honest.chain.importBlock(siege.next.block)
  await vi.waitFor(() => expect(siege.victim.chain.head().hash).toEqual(siege.next.hash), WAIT)
  const { offences } = siege.victim.network.figures().peers
  return { ...siege, said, offences }
}

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/**
 * Two names are banned for two offences of 50 points each, the third one and the address with it are banned for the
 * address's score.
 */
const OFFENCES_OF_AN_ADDRESS = 8

describe('a hostile peer', { timeout: 90_000 }, () => {
  it('is banned for frames above the bounds, and its address after three names', async () => {
    const { said, offences, victim } = await attack('oversizedFrames', 40)
    expect(said).toMatch(/then turned away$/)
    expect(offences['oversized-message']).toBeLessThanOrEqual(OFFENCES_OF_AN_ADDRESS)
    expect(banned(victim)).toContain('ip:127.0.0.66')
  })

  it('is banned for streams that hang', async () => {
    const { said, offences, victim } = await attack('slowLoris', 1)
    expect(said).toContain('closed')
    expect(offences['stalled-stream']).toBeGreaterThanOrEqual(12)
    expect(victim.network.figures().peers.outbound).toBe(1)
  })

  it('gets nowhere with thousands of streams', async () => {
    const { counts } = await attack('manyStreams', 2000)
    expect(counts.evaluations).toBe(1)
  })

  it('is banned for ranges that wrap, are negative or huge', async () => {
    const { said, offences, victim } = await attack('wrappedRanges', 60)
    expect(said).toMatch(/then turned away$/)
    expect(offences['malformed-message']).toBeLessThanOrEqual(OFFENCES_OF_AN_ADDRESS)
    expect(banned(victim)).toContain('ip:127.0.0.66')
  })

  it('is disconnected for questions beyond its allowance', async () => {
    const { said, offences } = await attack('requestFlood', 400)
    expect(said).toContain('closed')
    expect(offences['rate-limit']).toBeGreaterThanOrEqual(12)
  })

  it('makes a node evaluate four times in vain by headers with ground claims, and is banned', async () => {
    const { counts, offences, victim } = await attack('headerFlood', 1000)
    expect(offences['failed-replay']).toBe(2)
    // The model is asked twice about each forged block, once about the honest one.
    expect(counts.evaluations).toBe(2 * MAX_EVALUATIONS + 1)
    expect(banned(victim)).not.toEqual([])
  })

  it('makes a node evaluate nothing by blocks whose parents are kept back', async () => {
    const { counts } = await attack('orphanFlood', 300)
    expect(counts.evaluations).toBe(1)
  })

  it('makes a node evaluate twice in vain by a chain to catch up with', async () => {
    const { counts, offences } = await attack('headerChain', 200)
    expect(offences['failed-replay']).toBe(1)
    expect(counts.evaluations).toBe(MAX_EVALUATIONS + 1)
  })

  it('is banned for transactions that nobody signed', async () => {
    const { offences, victim } = await attack('invalidTransactions', 40)
    expect(offences['invalid-transaction']).toBeGreaterThanOrEqual(3)
    expect(victim.chain.mempool.size).toMatchObject({ pending: 0, queued: 0 })
  })

  it('is banned for gossip that is no message', async () => {
    const { said, victim } = await attack('malformedGossip', 40)
    expect(said).toMatch(/then turned away$/)
    expect(banned(victim)).toContain('ip:127.0.0.66')
  })

  it('is disconnected for statuses without end', async () => {
    const { said, offences } = await attack('statusFlood', 400)
    expect(said).toContain('closed')
    expect(offences['rate-limit']).toBeGreaterThanOrEqual(12)
  })

  it('gets four places with any number of names from one address', async () => {
    const { said } = await attack('sybil', 24)
    expect(said).toContain('4 admitted, 4 stood')
  })
})

function banned({ network }: TestNode): readonly string[] {
  return network.peers.bans().map(({ target }) => target)
}
