/**
 * A server over a chain on LevelDB, in a process of its own: mines when it is told to by a message, once or in a steady
 * pace, and says when it is ready. The model is the fake one: what is measured is the interface, and what blocks cost
 * this process besides the model.
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

const { engine, mine, close, verifier, ...mining } = await openMiningChain(params)
/** When the newest block became the head. */
let headAtMs = 0
mining.chain.onHead(() => {
  headAtMs = performance.timeOrigin + performance.now()
})

const server = createRpcServer(
  { http: { host: '127.0.0.1', port: 0, corsOrigins: [], virtualHosts: [] } },
  {
    ...mining,
    verifier,
    evaluator: engine,
    recovery: inlineRecovery,
    logger: silentLogger,
    clientVersion: 'poai/bench',
  },
)
await server.start()
process.send?.({ url: server.url })

/** How long it took from the wish for a block until it was on the chain: attempts, replay, execution, disk. */
const blockMs: number[] = []
let pace: NodeJS.Timeout | undefined
let running: Promise<void> = Promise.resolve()

function mineTimed(): void {
  const wishedAt = performance.now()
  running = running.then(async () => {
    await mine()
    blockMs.push(performance.now() - wishedAt)
  })
}

process.on('message', async (message: string | { readonly everyMs: number }) => {
  if (message === 'mine') {
    await mine()
    process.send?.({ headAtMs })
    return
  }
  if (message === 'memory') {
    globalThis.gc?.()
    const { heapUsed, external } = process.memoryUsage()
    process.send?.({ usedBytes: heapUsed + external })
    return
  }
  if (message === 'rest') {
    clearInterval(pace)
    await running
    process.send?.({ blockMs: blockMs.splice(0) })
    return
  }
  if (typeof message === 'object') pace = setInterval(mineTimed, message.everyMs)
})
process.on('disconnect', async () => {
  clearInterval(pace)
  await running
  await server.stop()
  await close()
  process.exit(0)
})
