// A network of real nodes falls into halves, mines on both sides, and heals; over and over.
//   npm run evidence -- partition [rounds] [nodes, at least 4] [seconds a block]
// Nodes are processes with the real model. Each half has a miner and gets transactions of its own accounts. A round
// holds if all nodes have one chain within three block intervals of the healing, and every transaction of both sides is
// in that chain or in every pool.
import { setTimeout as delay } from 'node:timers/promises'
import { ask } from '@poai/api/connect'
import type { Hex } from '@poai/core'
import { Transaction, Wallet } from 'ethers'
import type { TestnetNode } from '../../src/nodes/testnet-node.ts'
import { haveOneChain, secondsUntil, startEvidenceTestnet } from '../support/evidence-testnet.ts'

const [rounds = 20, nodeCount = 6, spacingSeconds = 4] = process.argv.slice(2).map(Number)
/** Two for each half: a node without peers does not mine. */
const MIN_NODES = 4
if (nodeCount < MIN_NODES) throw new RangeError(`${nodeCount} nodes are too few: give at least ${MIN_NODES}`)
/** Long enough for both sides to find some blocks, each with half of the power. */
const APART_SPACINGS = 6
const HEAL_SPACINGS = 3
/** A side with half of the power of a busy machine may need longer for its first block. */
const MAX_APART_MS = 600_000
/** Transactions for each side and round. */
const TRANSACTIONS = 10
const BAN_MS = 3_600_000
const GWEI = 1_000_000_000n
const CALL = { timeoutMs: 20_000 }

const network = await startEvidenceTestnet({ nodes: nodeCount, miners: 2, spacingSeconds })
const { testnet, params, accounts } = network
// The miners are the first two: one on each side.
const sides: readonly [readonly TestnetNode[], readonly TestnetNode[]] = [
  testnet.nodes.filter((_, index) => index % 2 === 0),
  testnet.nodes.filter((_, index) => index % 2 === 1),
]
const pairs = sides[0].flatMap((a) => sides[1].map((b) => [a, b] as const))

function peerIdOf(node: TestnetNode): string {
  return node.view.status?.peerId ?? ''
}

async function part(): Promise<void> {
  const ban = (node: TestnetNode, other: TestnetNode): Promise<unknown> =>
    ask(node.process, 'admin_ban', [peerIdOf(other), BAN_MS], CALL)
  await Promise.all(pairs.flatMap(([a, b]) => [ban(a, b), ban(b, a)]))
}

async function heal(): Promise<void> {
  const unban = (node: TestnetNode, other: TestnetNode): Promise<unknown> =>
    ask(node.process, 'admin_unban', [peerIdOf(other)], CALL)
  await Promise.all(pairs.flatMap(([a, b]) => [unban(a, b), unban(b, a)]))
  await Promise.all(pairs.map(([a, b]) => testnet.link(a, b, AbortSignal.timeout(20_000))))
}

/** Transfers of this side's accounts, by any of its nodes. */
async function send(side: 0 | 1): Promise<readonly Hex[]> {
  const senders = accounts.filter((_, index) => index % 2 === side).slice(0, TRANSACTIONS / 2)
  const hashes: Hex[] = []
  for (const [index, { key, address }] of senders.entries()) {
    const node = sides[side][index % sides[side].length]
    if (node === undefined) throw new RangeError('a side has nodes')
    const first = Number(await ask(node.process, 'eth_getTransactionCount', [address, 'pending'], CALL))
    for (let nonce = first; nonce < first + 2; nonce++) {
      const transaction = Transaction.from({
        ...{ type: 2, chainId: params.chainId, nonce, to: `0x${'00'.repeat(19)}99`, value: 1n, gasLimit: 21_000n },
        ...{ maxFeePerGas: 100n * GWEI, maxPriorityFeePerGas: GWEI },
      })
      transaction.signature = new Wallet(key).signingKey.sign(transaction.unsignedHash)
      hashes.push(await ask(node.process, 'eth_sendRawTransaction', [transaction.serialized as Hex], CALL))
    }
  }
  return hashes
}

/** How many of the transactions a node knows neither from its chain nor from its pool. */
async function missing(node: TestnetNode, hashes: readonly Hex[]): Promise<number> {
  const found = await Promise.all(hashes.map((hash) => ask(node.process, 'eth_getTransactionByHash', [hash], CALL)))
  return found.filter((transaction) => transaction === null).length
}

async function heights(side: readonly TestnetNode[]): Promise<number> {
  await testnet.refresh(AbortSignal.timeout(10_000))
  return Math.max(...side.map(({ view }) => view.status?.head.number ?? 0))
}

/** True if the sides have different blocks of one height. */
async function haveTwoChains(): Promise<boolean> {
  const height = Math.min(await heights(sides[0]), await heights(sides[1]))
  const signal = AbortSignal.timeout(10_000)
  const hashes = await Promise.all(
    sides.map(async ([node]) => (node === undefined ? undefined : testnet.blockHash(node, height, signal))),
  )
  return hashes[0] !== hashes[1]
}

let held = 0
const seconds: number[] = []
try {
  console.log(
    `${nodeCount} nodes, a block every ${spacingSeconds} s; apart for ${APART_SPACINGS} intervals, ${rounds} rounds`,
  )
  const together = await secondsUntil(
    120_000,
    async () => (await heights(testnet.nodes)) > 0 && haveOneChain(testnet, testnet.nodes),
  )
  if (together === undefined) throw new Error('the network does not begin')
  for (let round = 1; round <= rounds; round++) {
    const fork = await heights(testnet.nodes)
    await part()
    const sent = (await Promise.all([send(0), send(1)])).flat()
    await delay(APART_SPACINGS * spacingSeconds * 1000)
    const apart = await secondsUntil(MAX_APART_MS, haveTwoChains)
    if (apart === undefined) throw new Error('one of the sides found no block')
    const [left, right] = [await heights(sides[0]), await heights(sides[1])]
    await heal()
    const took = await secondsUntil(HEAL_SPACINGS * spacingSeconds * 1000, () => haveOneChain(testnet, testnet.nodes))
    // What was on the losing side is in pools again; whoever has not heard of it asks within ten seconds.
    const known = await secondsUntil(30_000, async () => {
      const lost = await Promise.all(testnet.nodes.map((node) => missing(node, sent)))
      return lost.every((count) => count === 0)
    })
    const holds = took !== undefined && known !== undefined
    if (holds) held++
    if (took !== undefined) seconds.push(took)
    console.log(
      `round ${String(round).padStart(2)}: forked at ${fork}, sides at ${left} and ${right}; ` +
        `${took === undefined ? 'NOT one chain in time' : `one chain after ${took.toFixed(1)} s`}; ` +
        `${known === undefined ? 'transactions LOST' : `all ${sent.length} transactions everywhere after ${known.toFixed(1)} s more`}`,
    )
    if (took === undefined) await secondsUntil(60_000, () => haveOneChain(testnet, testnet.nodes))
  }
} finally {
  await network.close()
}
const worst = Math.max(...seconds)
console.log(
  `${held} of ${rounds} rounds hold; one chain after ${worst.toFixed(1)} s at worst, ${HEAL_SPACINGS * spacingSeconds} s allowed`,
)
if (held < rounds) process.exitCode = 1
