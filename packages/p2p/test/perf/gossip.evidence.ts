// How fast blocks and transactions go round, between processes over the loopback interface.
//   npm run evidence -- gossip [blocks] [seconds of transactions] [nodes]
// The nodes have a fake model, so that propagation is measured and not this machine's inference. With replay time, each
// replay waits as long as the real model takes on this machine (median of 30 exams, measured first): a node does it in
// another process.

import { seededExams } from '@poai/testing'
import { openBenchEngine } from '@poai/testing/bench-engine'
import { signTransaction } from '@poai/testing/chain'
import { type ClusterNode, percentile, regularGraph, seededRandom, startCluster, until } from '../support/cluster.ts'
import { clusterNetwork, SENDING_WALLETS } from '../support/cluster-network.ts'

const [blocks = 60, seconds = 30, nodeCount = 10] = process.argv.slice(2).map(Number)
const DEGREE = 3
const SEED = 6
/** How often transactions are handed to nodes, as wallets would. */
const TICK_MS = 100
const BLOCK_EVERY_MS = 5000
/** 33 kB, so that only its header travels unasked. */
const FULL_BLOCK = 300
const RATES = [500, 1000, 1500, 2000, 3000, 4000]
const RATE_SECONDS = 6

const { chainId } = clusterNetwork()
const random = seededRandom(SEED)
const nonces = SENDING_WALLETS.map(() => 0n)
const TO = SENDING_WALLETS[0]?.address

function anyOf(nodes: readonly ClusterNode[]): ClusterNode {
  const node = nodes[Math.floor(random() * nodes.length)]
  if (node === undefined) throw new RangeError('a cluster has nodes')
  return node
}

/** So many transfers in base64, from all senders in turn. */
function transfers(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const sender = index % SENDING_WALLETS.length
    const wallet = SENDING_WALLETS[sender]
    const nonce = nonces[sender] ?? 0n
    nonces[sender] = nonce + 1n
    if (wallet === undefined) throw new RangeError('there is a wallet')
    return Buffer.from(signTransaction(chainId, wallet, { nonce, to: TO, value: 1n }).bytes).toString('base64')
  })
}

function milliseconds(value: number): string {
  return value.toFixed(value < 10 ? 1 : 0).padStart(6)
}

async function measureReplay(): Promise<number> {
  const bench = await openBenchEngine()
  try {
    const exams = seededExams('gossip')
    const times: number[] = []
    for (let index = 0; index < 30; index++) {
      const begin = performance.now()
      await bench.evaluate([exams.next().value])
      times.push(performance.now() - begin)
    }
    return percentile(times, 0.5)
  } finally {
    await bench.close()
  }
}

/**
 * Milliseconds from the first node's head to each other's, and to the last one's, for blocks of so many transactions
 * made at random nodes.
 */
async function propagate(nodes: readonly ClusterNode[], count: number, transactions = 0): Promise<void> {
  const each: number[] = []
  const last: number[] = []
  for (let block = 0; block < count; block++) {
    const origin = anyOf(nodes)
    if (transactions > 0) await fillPools(nodes, transactions)
    const { hash } = (await origin.ask({ kind: 'mine' })) as { readonly hash: string }
    await until('a block is everywhere', 30_000, async () => nodes.every(({ heads }) => heads.has(hash)))
    const times = nodes.map(({ heads }) => heads.get(hash) ?? Number.NaN).sort((a, b) => a - b)
    const [first = 0, ...others] = times
    each.push(...others.map((time) => time - first))
    last.push((others.at(-1) ?? first) - first)
  }
  for (const [what, values] of Object.entries({ 'to each node': each, 'to the last node': last })) {
    const row = [0.5, 0.9, 0.99].map((share) => milliseconds(percentile(values, share)))
    console.log(`  ${what.padEnd(18)} p50 ${row[0]}  p90 ${row[1]}  p99 ${row[2]}  ms (${values.length} values)`)
  }
}

/** All nodes have the same transactions before the block is made: it is the block that is measured. */
async function fillPools(nodes: readonly ClusterNode[], count: number): Promise<void> {
  await anyOf(nodes).ask({ kind: 'add', transactions: transfers(count) })
  await until('all pools are full', 120_000, async () => {
    const looks = await Promise.all(nodes.map((node) => node.look()))
    return looks.every(({ pool }) => pool.size === count)
  })
}

/** Hands transactions to nodes at a rate while blocks are made; then all pools and heads must become equal. */
async function sustain(
  nodes: readonly ClusterNode[],
  {
    rate,
    lengthSeconds,
    withBlocks,
  }: { readonly rate: number; readonly lengthSeconds: number; readonly withBlocks: boolean },
): Promise<boolean> {
  const all = transfers(rate * lengthSeconds)
  const [before] = await Promise.all(nodes.map((node) => node.look()))
  const cpuBefore = await cpuSeconds(nodes)
  const begin = performance.now()
  let given = 0
  let added = 0
  let nextBlock = BLOCK_EVERY_MS
  let isMining = false
  while (given < all.length) {
    const due = Math.min(all.length, Math.floor((rate * (performance.now() - begin)) / 1000))
    if (due > given) {
      const answer = await anyOf(nodes).ask({ kind: 'add', transactions: all.slice(given, due) })
      added += (answer as { readonly added: number }).added
    }
    given = due
    if (withBlocks && !isMining && performance.now() - begin > nextBlock) {
      nextBlock += BLOCK_EVERY_MS
      isMining = true
      void mineOne(nodes).finally(() => {
        isMining = false
      })
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
  const tookSeconds = (performance.now() - begin) / 1000
  const cpu = (await cpuSeconds(nodes)) - cpuBefore
  await until('the last block is everywhere', 30_000, async () => !isMining)
  const settleBegin = performance.now()
  const expected = (before?.pool.size ?? 0) + (before?.mined ?? 0) + added
  const isEqual = await equalPools(nodes, expected)
  const settleMs = performance.now() - settleBegin
  const after = await Promise.all(nodes.map((node) => node.look()))
  const states = [...new Set(after.map(({ pool, mined }) => `${pool.size} waiting and ${mined} mined`))].join(', ')
  const pulled = after.reduce((sum, { figures }) => sum + figures.transactionsPulled, 0)
  console.log(
    `  ${rate} tx/s for ${tookSeconds.toFixed(1)} s (${(given / tookSeconds).toFixed(0)}/s given, ${added} of ${given} taken): ` +
      `${states} of ${expected}, ${isEqual ? `all pools and heads equal after ${settleMs.toFixed(0)} ms` : 'NOT equal'}; ` +
      `${((cpu * 1e6) / given / nodes.length).toFixed(0)} µs CPU a transaction and node; ${pulled} came by asking for pools`,
  )
  return isEqual && given / tookSeconds > rate * 0.95 && settleMs < 2000
}

/** A block at any node, and everywhere before the next one. */
async function mineOne(nodes: readonly ClusterNode[]): Promise<void> {
  const { hash } = (await anyOf(nodes).ask({ kind: 'mine' })) as { readonly hash: string }
  await until('a block is everywhere', 30_000, async () => nodes.every(({ heads }) => heads.has(hash)))
}

async function cpuSeconds(nodes: readonly ClusterNode[]): Promise<number> {
  const seconds = (await Promise.all(nodes.map((node) => node.ask({ kind: 'usage' })))) as readonly number[]
  return seconds.reduce((sum, value) => sum + value, 0)
}

/** True when all nodes have the same head and pool, and nothing is lost. */
async function equalPools(nodes: readonly ClusterNode[], expected: number): Promise<boolean> {
  try {
    await until('all pools are equal', 30_000, async () => {
      const looks = await Promise.all(nodes.map((node) => node.look()))
      const [first] = looks
      return looks.every(
        ({ pool, headHash, mined }) =>
          pool.digest === first?.pool.digest && headHash === first.headHash && pool.size + mined === expected,
      )
    })
    return true
  } catch {
    return false
  }
}

const replayMs = await measureReplay()
console.log(`one replay by the real model: ${replayMs.toFixed(1)} ms`)

const edges = regularGraph(nodeCount, DEGREE, random)
const nodes = await startCluster(nodeCount, edges)
try {
  console.log(`${nodeCount} nodes of degree ${DEGREE} (seed ${SEED}), ${blocks} blocks, without replay time:`)
  await propagate(nodes, 5)
  await propagate(nodes, blocks)
  for (const node of nodes) await node.ask({ kind: 'replay', ms: replayMs })
  console.log(`with ${replayMs.toFixed(1)} ms of replay at every node:`)
  await propagate(nodes, blocks)
  console.log(`the same with blocks of ${FULL_BLOCK} transfers, whose bodies are asked for:`)
  await propagate(nodes, Math.ceil(blocks / 3), FULL_BLOCK)
  console.log(`transactions over ${nodeCount} nodes, a block every ${BLOCK_EVERY_MS / 1000} s:`)
  await sustain(nodes, { rate: 200, lengthSeconds: seconds, withBlocks: true })
} finally {
  await Promise.all(nodes.map((node) => node.stop()))
}

nonces.fill(0n)
const pair = await startCluster(2, [[0, 1]])
try {
  console.log('transactions between 2 nodes; a rate holds if it is kept up and pools are equal within 2 s of its end:')
  let highest = 0
  for (const rate of RATES) {
    const holds = await sustain(pair, { rate, lengthSeconds: RATE_SECONDS, withBlocks: false })
    if (!holds) break
    highest = rate
  }
  console.log(`the highest rate that holds: ${highest} tx/s`)
} finally {
  await Promise.all(pair.map((node) => node.stop()))
}
