// Nodes are killed and started every few seconds, for long; two of them stay and must neither lose the chain nor gather
// anything. npm run evidence -- churn [minutes] [nodes that come and go] Half of those that come are old acquaintances,
// half have names that were never heard. After each quarter, and at the end, the memory (after a collection of garbage)
// and the handles of those that stay are shown; at the end all nodes must have one chain.
import { setTimeout as delay } from 'node:timers/promises'
import { privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { createIdentity } from '../../src/identity/node-identity.ts'
import { type ClusterNode, seededRandom, startCluster, startClusterNode, until } from '../support/cluster.ts'
import type { ClusterLeaks } from '../support/cluster-messages.ts'

const [minutes = 2, guests = 4] = process.argv.slice(2).map(Number)
const SEED = 30
/** Between two disturbances. */
const PAUSE_MS = 2000
const BLOCK_EVERY_MS = 2000
/**
 * Of the first look, when caches are warm, to the last one: garbage collection and compiled code are never quite still.
 */
const MAX_HEAP_GROWTH = 1.25
/** Sockets and timers of the peers of the moment, more or less. */
const MAX_MORE_HANDLES = 12

const random = seededRandom(SEED)
const keys = await Promise.all(
  Array.from({ length: guests }, async () => privateKeyToProtobuf((await createIdentity()).privateKey)),
)
const [first, second] = (await startCluster(2, [[0, 1]])) as [ClusterNode, ClusterNode]
const residents = [first, second]
const alive: (ClusterNode | undefined)[] = keys.map(() => undefined)
let starts = 0
let kills = 0

async function arrive(place: number): Promise<void> {
  const isOld = random() < 0.5
  const key = keys[place]
  const node = await startClusterNode(isOld && key !== undefined ? { key } : {})
  starts++
  alive[place] = node
  const others = [...residents, ...alive.filter((other) => other !== undefined && other !== node)]
  for (const other of [residents[place % 2], others[Math.floor(random() * others.length)]]) {
    if (other !== undefined) await node.ask({ kind: 'connect', address: other.address })
  }
}

async function disturb(): Promise<void> {
  const place = Math.floor(random() * alive.length)
  const node = alive[place]
  if (node === undefined) return arrive(place)
  alive[place] = undefined
  kills++
  await node.kill()
}

interface Look {
  readonly atMinutes: number
  readonly leaks: readonly ClusterLeaks[]
}

async function look(begin: number): Promise<Look> {
  const leaks = (await Promise.all(residents.map((node) => node.ask({ kind: 'leaks' })))) as readonly ClusterLeaks[]
  const atMinutes = (performance.now() - begin) / 60_000
  for (const [index, { heapBytes, externalBytes, rssBytes, resources }] of leaks.entries()) {
    const megabytes = [heapBytes, externalBytes, rssBytes].map((bytes) => (bytes / 1e6).toFixed(0))
    const handles = Object.entries(resources).map(([name, count]) => `${count} ${name}`)
    console.log(
      `${atMinutes.toFixed(1)} min, node ${index + 1}: heap ${megabytes[0]} MB, external ${megabytes[1]} MB, resident ` +
        `${megabytes[2]} MB; ${handles.join(', ')}; ${starts} starts, ${kills} kills`,
    )
  }
  return { atMinutes, leaks }
}

function handlesOf({ resources }: ClusterLeaks): number {
  return Object.values(resources).reduce((sum, count) => sum + count, 0)
}

const begin = performance.now()
const looks: Look[] = []
let nextBlockMs = begin
let nextLookMs = begin + Math.min(60_000, minutes * 15_000)
let hasFailed = false
try {
  console.log(
    `${minutes} minutes, ${guests} nodes come and go, a disturbance every ${PAUSE_MS / 1000} s (seed ${SEED})`,
  )
  while (performance.now() - begin < minutes * 60_000) {
    await disturb()
    if (performance.now() >= nextBlockMs) {
      nextBlockMs = performance.now() + BLOCK_EVERY_MS
      await residents[Math.floor(random() * residents.length)]?.ask({ kind: 'mine' })
    }
    if (performance.now() >= nextLookMs) {
      nextLookMs = performance.now() + minutes * 15_000
      looks.push(await look(begin))
    }
    await delay(PAUSE_MS)
  }
  await first.ask({ kind: 'mine' })
  const everybody = [...residents, ...alive.filter((node) => node !== undefined)]
  await until('all alive nodes have one chain', 60_000, async () => {
    const seen = await Promise.all(everybody.map((node) => node.look()))
    return seen.every(({ headHash, head }) => headHash === seen[0]?.headHash && head > 0)
  })
  const { head } = await first.look()
  console.log(`all ${everybody.length} alive nodes have one chain of ${head} blocks`)
  // Only those that stay: what is held for others must go with them.
  await Promise.all(alive.map((node) => node?.kill()))
  await delay(5000)
  looks.push(await look(begin))
  for (const [index] of residents.entries()) {
    const [before, after] = [looks[0]?.leaks[index], looks.at(-1)?.leaks[index]]
    if (before === undefined || after === undefined) continue
    const growth = after.heapBytes / before.heapBytes
    const more = handlesOf(after) - handlesOf(before)
    hasFailed ||= growth > MAX_HEAP_GROWTH || more > MAX_MORE_HANDLES
    console.log(
      `node ${index + 1}: heap ×${growth.toFixed(2)} since the first look (chain and pool included), ${more} handles more`,
    )
  }
} finally {
  await Promise.all([...residents, ...alive].map((node) => node?.kill()))
}
console.log(hasFailed ? 'SOMETHING GROWS' : 'nothing grows beyond its bounds')
if (hasFailed) process.exitCode = 1
