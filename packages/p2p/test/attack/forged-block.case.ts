import { type ExamEvaluator, MAX_EVALUATIONS } from '@poai/consensus'
import { createBlockCodecs, createTransactionCodec } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { ChainGenerator, testNetwork } from '@poai/testing/chain'
import type { StrangerCase } from '@poai/testing/strangers'
import { headerFlood } from '../support/attacks/block-attacks.ts'
import { until } from '../support/cluster.ts'
import { type HostileClient, startHostileClient } from '../support/hostile-client.ts'
import { startNode } from '../support/start-node.ts'

const HONEST_BLOCKS = 3
const codecs = createBlockCodecs(createTransactionCodec(testNetwork.chainId))

/** What one forged block costs: the model is asked again before anybody is blamed, and by one part of the node only. */
export const stranger: StrangerCase = {
  name: 'forged-block',
  attack: 'blocks with keccak-ground claims by gossip, under names that are banned one after the other',
  before: '4 passes of the model for each',
  bound: `at most ${MAX_EVALUATIONS} passes for a forged block, 1 for an honest one`,
  run: async (size) => {
    const model = createFakeEngine()
    await model.start()
    const generator = new ChainGenerator({ evaluator: model })
    const blocks = await generator.grow(generator.genesis, HONEST_BLOCKS + 1)
    let evaluations = 0
    const passes = (inner: ExamEvaluator): ExamEvaluator => ({
      evaluate: (requests, options) => {
        evaluations += requests.length
        return inner.evaluate(requests, options)
      },
    })
    const victim = await startNode({ passes, network: { limits: { sharedAddresses: false } } })
    const clients: HostileClient[] = []
    try {
      for (const { block } of blocks.slice(0, HONEST_BLOCKS)) await victim.chain.importBlock(block)
      const honest = evaluations
      const start = async (from = '127.0.0.66'): Promise<HostileClient> => {
        const [address = ''] = victim.network.addresses()
        const client = await startHostileClient({ params: testNetwork, victim: address, from })
        clients.push(client)
        return client
      }
      const tries = size === 'test' ? 100 : 2000
      await headerFlood.run({ params: testNetwork, codecs, head: victim.chain.head(), start, tries })
      const failures = (): number => victim.network.figures().peers.offences['failed-replay'] ?? 0
      const isWithin = (): boolean => failures() > 0 && evaluations - honest <= failures() * MAX_EVALUATIONS
      // A block is blamed a moment after its last pass.
      await until('what was evaluated is blamed', 5000, async () => isWithin()).catch(() => undefined)
      const [inVain, forged] = [evaluations - honest, failures()]
      return {
        measured: `${inVain} passes for ${forged} forged blocks, ${honest} for ${HONEST_BLOCKS} honest ones`,
        holds: isWithin() && honest === HONEST_BLOCKS,
      }
    } finally {
      await Promise.all(clients.map((client) => client.close()))
      await victim.stop()
      await model.stop()
    }
  },
}
