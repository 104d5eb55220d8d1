import { lpStream } from '@libp2p/utils'
import { createBlockCodecs, createTransactionCodec, genesisHash, ZERO_HASH } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import {
  type BlockPlan,
  ChainGenerator,
  type GeneratedBlock,
  signTransaction,
  testNetwork,
  WALLETS,
} from '@poai/testing/chain'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { encodeBlockMessage } from '../../src/blocks/block-message.ts'
import { bodiesProtocol } from '../../src/blocks/bodies-protocol.ts'
import { topicName } from '../../src/topics/topic-name.ts'
import { startHostileClient } from '../support/hostile-client.ts'
import { startNode, type TestNode } from '../support/start-node.ts'

const WAIT = { timeout: 30_000, interval: 20 }
const codecs = createBlockCodecs(createTransactionCodec(testNetwork.chainId))
const closers: (() => Promise<void>)[] = []

/** A node that notes how its imports end in vain. */
interface Watched extends TestNode {
  readonly faults: unknown[]
}

/** Each chose the one before it as its peer. */
async function startLine(length: number): Promise<readonly Watched[]> {
  const nodes: Watched[] = []
  for (let index = 0; index < length; index++) {
    const node = await startNode({ network: { limits: { sharedAddresses: false } } })
    closers.push(() => node.stop())
    const faults: unknown[] = []
    node.chain.onStage(({ stage, end }) => {
      if (stage === 'import' && 'error' in end) faults.push(end.error)
    })
    const before = nodes.at(-1)
    nodes.push({ ...node, faults })
    if (before === undefined) continue
    node.network.peers.add(before.network.addresses()[0] ?? '')
    await vi.waitFor(() => expect(node.network.figures().peers.outbound).toBe(1), WAIT)
  }
  return nodes
}

async function generate(
  plan: BlockPlan,
): Promise<{ readonly forged: GeneratedBlock; readonly honest: GeneratedBlock }> {
  const engine = createFakeEngine()
  await engine.start()
  const generator = new ChainGenerator({ evaluator: engine })
  const forged = await generator.child(generator.genesis, { ...plan, header: { stateRoot: ZERO_HASH } })
  return { forged, honest: await generator.child(generator.genesis) }
}

function transactionOf(sizeBytes: number): ReturnType<typeof signTransaction> {
  const [alice] = WALLETS
  if (alice === undefined) throw new RangeError('there is a wallet')
  const data = new Uint8Array(sizeBytes).fill(1)
  return signTransaction(testNetwork.chainId, alice, { nonce: 0n, to: alice.address, data, gasLimit: 2_500_000n })
}

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

describe('a block that was worked for and cannot be executed', { timeout: 60_000 }, () => {
  it.each([
    ['travels whole', 100],
    ['is asked for by its header', 50_000],
  ])('goes round once and is blamed on none of those who passed it on, if it %s', async (_, sizeBytes) => {
    const { forged, honest } = await generate({ transactions: [transactionOf(sizeBytes)] })
    const line = await startLine(3)
    const [victim] = line
    if (victim === undefined) throw new RangeError('a line of three')
    const [address = ''] = victim.network.addresses()
    const client = await startHostileClient({ params: testNetwork, victim: address })
    closers.push(() => client.close())
    await client.libp2p.handle(bodiesProtocol.name, async (stream) => {
      const reply = bodiesProtocol.reply.encode({ bodies: [codecs.body.encode(forged.block.body)] })
      await lpStream(stream).write(Uint8Array.of(0, ...reply))
    })
    await client.greet()
    const topic = topicName(genesisHash(testNetwork), 'blocks')
    await client.joinTopic(topic)
    await client.publish(topic, encodeBlockMessage(forged.block, codecs))
    const fault = { code: 'EXECUTION_STATE_ROOT' }
    await vi.waitFor(() => expect(line.map(({ faults }) => faults)).toMatchObject([[fault], [fault], [fault]]), WAIT)
    await victim.chain.importBlock(honest.block)
    await vi.waitFor(() => {
      for (const { chain } of line) expect(chain.head().hash).toEqual(honest.hash)
    }, WAIT)
    for (const { network } of line) expect(network.figures().peers.offences).toEqual({})
    expect(client.isConnected).toBe(true)
  })
})
