// A new node catches up from four others, of which one is killed, one stops answering, and one sends other blocks'
// bodies. npm run evidence -- sync-faults [blocks] Processes over the loopback interface, a fake model; every block has
// transactions, so that every body is asked for.
import { setTimeout as delay } from 'node:timers/promises'
import { createFakeEngine } from '@poai/inference'
import { signTransaction } from '@poai/testing/chain'
import { type ClusterNode, startClusterNode, until } from '../support/cluster.ts'
import { clusterNetwork, SENDING_WALLETS } from '../support/cluster-network.ts'
import { easyChain } from '../support/easy-chain.ts'

const [length = 1000] = process.argv.slice(2).map(Number)
const { chainId } = clusterNetwork()
const [from, to] = SENDING_WALLETS
if (from === undefined || to === undefined) throw new RangeError('there are wallets')

const engine = createFakeEngine()
await engine.start()
const file = await easyChain({
  name: 'faults',
  length,
  evaluator: engine,
  planOf: (index) => ({
    transactions: [signTransaction(chainId, from, { nonce: BigInt(index), to: to.address, value: 1n })],
  }),
  onProgress: (blocks) => console.error(`${blocks} blocks made`),
})
const nodes: ClusterNode[] = []
try {
  const servers = await Promise.all([1, 2, 3, 4].map(() => startClusterNode()))
  nodes.push(...servers)
  await Promise.all(servers.map((server) => server.ask({ kind: 'load', file })))
  const [honest, killed, stalls, lies] = servers as [ClusterNode, ClusterNode, ClusterNode, ClusterNode]
  const late = await startClusterNode()
  nodes.push(late)
  await lies.ask({ kind: 'misbehave', as: 'garbage' })
  const begin = performance.now()
  for (const { address } of servers) await late.ask({ kind: 'connect', address })
  await until('a tenth is there', 120_000, async () => (await late.look()).head > length / 10)
  await killed.kill()
  await stalls.ask({ kind: 'misbehave', as: 'stall' })
  console.log(
    `at ${(await late.look()).head} blocks one is killed and one stops answering; one has lied from the start`,
  )
  await until('all is there', 300_000, async () => (await late.look()).head === length)
  const seconds = (performance.now() - begin) / 1000
  await delay(1000)
  const [end, wanted] = [await late.look(), await honest.look()]
  console.log(`${length} blocks after ${seconds.toFixed(1)} s, ${(length / seconds).toFixed(0)} blocks/s`)
  console.log(`offences held against peers: ${JSON.stringify(end.figures.peers.offences)}`)
  if (end.headHash !== wanted.headHash) throw new Error('another chain')
  console.log('the chain is the one of the honest node')
} finally {
  await Promise.all(nodes.map((node) => node.kill()))
}
