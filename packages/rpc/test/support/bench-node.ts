/**
 * A server over a chain on LevelDB, in a process of its own: mines when it is told to by a message, and says when it is ready. The model is
 * the fake one: what is measured is the interface, and mining is switched off while it is.
 */
import { inlineRecovery } from '@poai/chain'
import { devnet, type NetworkParams, silentLogger } from '@poai/core'
import { createRpcServer } from '../../src/index.ts'
import { openMiningChain } from './mining-chain.ts'

/** The devnet with work that takes two attempts, so that a bench has its blocks soon. */
const params: NetworkParams = {
  ...devnet,
  name: 'rpc-bench',
  difficulty: { ...devnet.difficulty, initialTarget: 1n << 255n, easiestTarget: 1n << 255n },
}

const { engine, mine, close, ...mining } = await openMiningChain(params)
const server = createRpcServer(
  { http: { host: '127.0.0.1', port: 0, corsOrigins: [], virtualHosts: [] } },
  { ...mining, evaluator: engine, recovery: inlineRecovery, logger: silentLogger, clientVersion: 'poai/bench' },
)
await server.start()
process.send?.({ url: server.url })

process.on('message', async (message) => {
  if (message === 'mine') {
    await mine()
    process.send?.('mined')
  }
})
process.on('disconnect', async () => {
  await server.stop()
  await close()
  process.exit(0)
})
