import { createBlockCodecs, createTransactionCodec } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { ChainGenerator, type GeneratedBlock, signTransaction, testNetwork, WALLETS } from '@poai/testing/chain'
import type { AttackSize, StrangerCase } from '@poai/testing/strangers'
import { until } from '../support/cluster.ts'
import { type Manner, serveFalsely } from '../support/false-server.ts'
import { type HostileClient, startHostileClient } from '../support/hostile-client.ts'
import { startNode, type TestNode } from '../support/start-node.ts'

const codecs = createBlockCodecs(createTransactionCodec(testNetwork.chainId))
const SIZES: Readonly<
  Record<AttackSize, { readonly blocks: number; readonly names: number; readonly seconds: number }>
> = {
  test: { blocks: 120, names: 9, seconds: 15 },
  full: { blocks: 600, names: 30, seconds: 60 },
}
/** Of a node without sharedAddresses. */
const NAMES_PER_ADDRESS = 4
/** What they say that their chains weigh. */
const CLAIM = 1n << 300n
/** Just within the time that an answer may take. */
const MANNERS: readonly Manner[] = [
  { headersAfterMs: undefined, bodiesAfterMs: undefined, bodies: 'none' },
  { headersAfterMs: 9500, bodiesAfterMs: 18_500, bodies: 'none' },
  { headersAfterMs: 0, bodiesAfterMs: 0, bodies: 'wrong' },
]

/** Names that claim everything and answer nothing, late or wrongly, beside one peer that has the chain. */
export const stranger: StrangerCase = {
  name: 'sync-held-up',
  attack: 'names that claim 2^300 and are silent, slow or lying, beside one honest peer',
  before: 'head 0 of 600 for 270 s, no ban',
  bound: 'every block of the honest peer within 60 s (600 blocks, 30 names; in the test 120, 9 and 15 s)',
  run: async (size) => {
    const { blocks, names, seconds } = SIZES[size]
    const chain = await grow(blocks)
    const nodes: TestNode[] = []
    const clients: HostileClient[] = []
    try {
      const honest = await startNode()
      nodes.push(honest)
      for (const { block } of chain) await honest.chain.importBlock(block, { priority: 'sync' })
      const victim = await startNode({ network: { limits: { sharedAddresses: false } } })
      nodes.push(victim)
      const [address = ''] = victim.network.addresses()
      for (let index = 0; index < names; index++) {
        const from = `127.0.3.${1 + Math.floor(index / NAMES_PER_ADDRESS)}`
        const client = await startHostileClient({ params: testNetwork, victim: address, from })
        clients.push(client)
        const manner = MANNERS[index % MANNERS.length] as Manner
        const claims = { headNumber: BigInt(10 * blocks), totalWork: CLAIM + BigInt(index) }
        const shown = chain.map(({ block }) => block)
        await serveFalsely(client, shown, { codecs, manner, claims }).catch(() => undefined)
      }
      const begin = performance.now()
      victim.network.peers.add(honest.network.addresses()[0] ?? '')
      const limitMs = seconds * 1000
      const isThere = await until('the victim has caught up', limitMs, async () => head(victim) === blocks).then(
        () => true,
        () => false,
      )
      const took = (performance.now() - begin) / 1000
      const { offences, bans } = victim.network.figures().peers
      const measured = `head ${head(victim)} of ${blocks} after ${took.toFixed(1)} s beside ${names} names; ${bans} bans, ${JSON.stringify(offences)}`
      return { measured, holds: isThere }
    } finally {
      for (const client of clients) await client.close().catch(() => undefined)
      await Promise.all(nodes.map((node) => node.stop()))
    }
  },
}

function head({ chain }: TestNode): number {
  return Number(chain.head().number)
}

/** A chain whose bodies must be asked for. */
async function grow(length: number): Promise<readonly GeneratedBlock[]> {
  const engine = createFakeEngine()
  await engine.start()
  const generator = new ChainGenerator({ evaluator: engine })
  const [alice, bob] = WALLETS
  if (alice === undefined || bob === undefined) throw new RangeError('there are wallets')
  const chain = await generator.grow(generator.genesis, length, (index) => ({
    transactions: [signTransaction(testNetwork.chainId, alice, { nonce: BigInt(index), to: bob.address })],
  }))
  await engine.stop()
  return chain
}
