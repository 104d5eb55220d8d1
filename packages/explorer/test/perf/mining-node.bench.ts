/**
 * Whole attempts a second of a `poai node` that mines, serves its page and answers it, against those of the bare engine
 * with the same workers: `npm run bench -- mining-node [--workers N] [--slices N] [--seconds S]`.
 *
 * Slices of the one and of the other take turns, so that a busy machine hits both alike; whoever has no turn has no
 * work. What an open page asks is asked without a browser, so that none takes processor time from either.
 */

import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { testnet, ZERO_HASH } from '@poai/core'
import type { InferenceEngine } from '@poai/inference'
import { openBenchEngine } from '@poai/testing/bench-engine'
import { type ServingNode, startServingNode } from '../support/start-node.ts'

/** What the project promises. */
const LEAST_SHARE = 0.9
/** Of the devnet, the shortest of a built-in network. */
const SPACING_SECONDS = 5
const WARM_UP_SECONDS = 3
/** As a node has it that mines. */
const NICENESS = 10
/** As the page asks. */
const STATUS_EVERY_MS = 2000
const TOKEN = 'the bench is the operator'

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: String(availableParallelism()) },
    slices: { type: 'string', default: '12' },
    seconds: { type: 'string', default: '5' },
  },
})
const workers = Number(values.workers)
const slices = Number(values.slices)
const sliceMs = Number(values.seconds) * 1000

/** What slices of one kind came to. */
interface Total {
  seconds: number
  attempts: number
}

let spans = 0n

/** One search a worker for what nobody finds, until the time is over. */
async function runEngine({ search }: InferenceEngine, total: Total, ms: number): Promise<void> {
  if (search === undefined) throw new TypeError('the engine makes whole attempts')
  const job = { exam: testnet.work.exam, epochKey: ZERO_HASH, sealHash: ZERO_HASH, target: 0n }
  const begin = performance.now()
  const signal = AbortSignal.timeout(ms)
  const onProgress = ({ attempts }: { readonly attempts: number }): void => {
    total.attempts += attempts
  }
  const lanes = Array.from({ length: workers }, () => {
    const first = spans++ << 32n
    return search(job, { first, end: first + (1n << 32n) }, { signal, onProgress })
  })
  for (const lane of await Promise.allSettled(lanes)) {
    if (lane.status === 'rejected' && lane.reason !== signal.reason) throw lane.reason
  }
  total.seconds += (performance.now() - begin) / 1000
}

/** What the node's operator asks. */
async function command<T>({ url }: ServingNode, method: string): Promise<T> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [] })
  const response = await fetch(url, { method: 'POST', body, headers: { authorization: `Bearer ${TOKEN}` } })
  const { result, error } = (await response.json()) as { result?: T; error?: { message: string } }
  if (error !== undefined) throw new Error(`${method}: ${error.message}`)
  return result as T
}

interface Mined {
  readonly state: string
  readonly attempts: number
  readonly staleAttempts: number
  readonly blocksFound: number
}

async function mine(node: ServingNode, total: Total, ms: number): Promise<void> {
  const before = await command<Mined>(node, 'miner_status')
  const begin = performance.now()
  await command(node, 'miner_start')
  await delay(ms)
  await command(node, 'miner_stop')
  total.seconds += (performance.now() - begin) / 1000
  // What workers made until they heard of the stop is reported within milliseconds.
  await delay(100)
  const after = await command<Mined>(node, 'miner_status')
  total.attempts += after.attempts - before.attempts
}

/** An open page without a browser: hears of heads, and asks what the page asks. Returns what ends it. */
function openPage({ url, call }: ServingNode): () => void {
  const socket = new WebSocket(url.replace('http', 'ws'))
  socket.addEventListener('open', () =>
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads'] })),
  )
  socket.addEventListener('message', () => void call('eth_getBlockByNumber', ['latest', true]).catch(() => undefined))
  const timer = setInterval(() => void call('poai_nodeStatus').catch(() => undefined), STATUS_EVERY_MS)
  return () => {
    clearInterval(timer)
    socket.close()
  }
}

function rateOf({ attempts, seconds }: Total): number {
  return attempts / seconds
}

const { engine, modelName, close } = await openBenchEngine(undefined, {
  program: 'native',
  workers,
  niceness: NICENESS,
})
try {
  const warm: Total = { seconds: 0, attempts: 0 }
  await runEngine(engine, warm, WARM_UP_SECONDS * 1000)
  // Only half of the time is mined, so blocks are due at twice the spacing.
  const spacingSeconds = 2 * SPACING_SECONDS
  const target = (1n << 256n) / BigInt(Math.ceil(rateOf(warm) * SPACING_SECONDS))
  const node = await startServingNode({
    work: testnet.work,
    difficulty: { initialTarget: target, easiestTarget: target, spacingSeconds },
    more: ['--workers', String(workers), '--engine', 'native', '--rpc-token', TOKEN],
  })
  const closePage = openPage(node)
  try {
    await command(node, 'miner_stop')
    const bare: Total = { seconds: 0, attempts: 0 }
    const mined: Total = { seconds: 0, attempts: 0 }
    const before = await command<Mined>(node, 'miner_status')
    for (let slice = 0; slice < slices; slice++) {
      if (slice % 2 === 0) await runEngine(engine, bare, sliceMs)
      await mine(node, mined, sliceMs)
      if (slice % 2 === 1) await runEngine(engine, bare, sliceMs)
    }
    const { blocksFound } = await command<Mined>(node, 'miner_status')
    const share = rateOf(mined) / rateOf(bare)
    console.log(
      `${modelName}, ${workers} workers, ${slices} slices of ${values.seconds} s each; ${blocksFound - before.blocksFound} blocks found`,
    )
    console.log(`attempts/s: engine alone ${rateOf(bare).toFixed(1)}, node with page ${rateOf(mined).toFixed(1)}`)
    console.log(`attempts of those that the engine alone makes: ${share.toFixed(3)} (at least ${LEAST_SHARE})`)
    if (!(share >= LEAST_SHARE)) process.exitCode = 1
  } finally {
    closePage()
    await node.stop()
  }
} finally {
  await close()
}
