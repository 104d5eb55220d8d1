import { createBlockCodecs, createTransactionCodec, type Hash32, type NetworkParams } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { ChainGenerator, type GeneratedBlock, signTransaction } from '@poai/testing/chain'
import type { StrangerCase } from '@poai/testing/strangers'
import { bodiesProtocol, ENOUGH_BODY_BYTES } from '../../src/blocks/bodies-protocol.ts'
import { ANSWER_DEFAULTS } from '../../src/requests/answer-budget.ts'
import { type ClusterNode, startClusterNode, until } from '../support/cluster.ts'
import { clusterNetwork, SENDING_WALLETS } from '../support/cluster-network.ts'
import { type HostileClient, startHostileClient } from '../support/hostile-client.ts'
import { startNode } from '../support/start-node.ts'

/** Blocks of half a megabyte each. */
const BLOCKS = 24
const TRANSACTIONS = 12
const DATA_BYTES = 40_000
const QUESTIONS_AT_ONCE = 8
/** Until the honest node has all blocks. */
const SYNC_LIMIT_MS = 30_000
const MIB: number = 1024 * 1024

const params: NetworkParams = clusterNetwork()
const codecs = createBlockCodecs(createTransactionCodec(params.chainId))

/** Large answers to small questions, the same ones over and over. */
export const stranger: StrangerCase = {
  name: 'bodies-again',
  attack:
    'one address asks for the same large bodies as fast as they come, for 10 s, under a new name whenever one is turned away',
  before: '350 MB sent in 8.4 s for 7,280 bytes asked',
  bound: `at most ${boundMib(10_000).toFixed(0)} MiB in 10 s to one address; a node that catches up meanwhile gets every block`,
  run: async (size) => {
    const forMs = size === 'test' ? 4000 : 10_000
    const blocks = await growLargeBlocks()
    process.env['POAI_TEST_STRICT'] = '1'
    const victim = await startClusterNode()
    const honest = await startNode({ params })
    try {
      for (const { block } of blocks) await victim.ask({ kind: 'import', block: textOf(block) })
      const begin = performance.now()
      const attack = askAgain(victim, blocks, forMs)
      honest.network.peers.add(victim.address)
      await until(
        'the honest node has caught up',
        SYNC_LIMIT_MS,
        async () => honest.chain.head().number === BigInt(BLOCKS),
      )
        // That is what is measured: it holds or not.
        .catch(() => undefined)
      const syncedMs = performance.now() - begin
      const { bytes, answers, names } = await attack
      const head = Number(honest.chain.head().number)
      const sent = bytes / MIB
      return {
        measured: `${sent.toFixed(0)} MiB in ${answers} answers to ${names} names in ${forMs / 1000} s (allowed: ${boundMib(forMs).toFixed(0)}); the honest node has ${head} of ${BLOCKS} blocks after ${(syncedMs / 1000).toFixed(1)} s`,
        holds: sent <= boundMib(forMs) && head === BLOCKS,
      }
    } finally {
      await honest.stop()
      await victim.stop()
    }
  },
}

/** What an address may have in so long: its allowance, and what was being answered when that was used up. */
function boundMib(forMs: number): number {
  const { group, answersPerPeer } = ANSWER_DEFAULTS
  const overshoot = answersPerPeer * 2 * ENOUGH_BODY_BYTES
  return (group.capacity + (group.perSecond * forMs) / 1000 + overshoot) / MIB
}

async function growLargeBlocks(): Promise<readonly GeneratedBlock[]> {
  const engine = createFakeEngine()
  await engine.start()
  const generator = new ChainGenerator({ params, evaluator: engine })
  const data = new Uint8Array(DATA_BYTES).fill(7)
  const blocks = await generator.grow(generator.genesis, BLOCKS, (index) => ({
    transactions: SENDING_WALLETS.slice(0, TRANSACTIONS).map((wallet) =>
      signTransaction(params.chainId, wallet, {
        ...{ nonce: BigInt(index), to: wallet.address, data, gasLimit: 1_000_000n },
      }),
    ),
  }))
  await engine.stop()
  return blocks
}

/** As fast as the victim answers. */
async function askAgain(
  victim: ClusterNode,
  blocks: readonly GeneratedBlock[],
  forMs: number,
): Promise<{ readonly bytes: number; readonly answers: number; readonly names: number }> {
  const frame = bodiesProtocol.query.encode({ hashes: blocks.slice(0, 5).map(({ hash }): Hash32 => hash) })
  const endMs = performance.now() + forMs
  let [bytes, answers, names] = [0, 0, 0]
  while (performance.now() < endMs) {
    const client = await startHostileClient({ params, victim: victim.address })
    const isIn = await client.greet().then(
      () => true,
      () => false,
    )
    if (isIn) names++
    else await new Promise((resolve) => setTimeout(resolve, 100))
    const ask = async (): Promise<void> => {
      while (client.isConnected && performance.now() < endMs) {
        const size = await sizeOfAnswer(client, frame)
        bytes += size
        if (size > 1) answers++
      }
    }
    await Promise.all(Array.from({ length: QUESTIONS_AT_ONCE }, ask))
    await client.close()
  }
  return { bytes, answers, names }
}

async function sizeOfAnswer(client: HostileClient, frame: Uint8Array): Promise<number> {
  try {
    return (await client.ask(bodiesProtocol.name, frame)).length
  } catch {
    return 0
  }
}

function textOf(block: GeneratedBlock['block']): string {
  return Buffer.from(codecs.block.encode(block)).toString('base64')
}
