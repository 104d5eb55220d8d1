// A node's chain, farm desk and JSON-RPC server in a process of its own, with a fake model of one worker that takes its
// time. Its parent sends it blocks as a neighbour would, and asks what became of it. All clients are strangers here,
// though they come from this machine.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Method } from '@poai/api'
import { ChainError, createStoredChain, createStoredMempool, inlineRecovery, openChain } from '@poai/chain'
import { createReplayVerifier, type ExamEvaluator } from '@poai/consensus'
import {
  type Clock,
  createBlockCodecs,
  createTransactionCodec,
  genesisHash,
  hex,
  type NetworkParams,
  silentLogger,
} from '@poai/core'
import { createExecution } from '@poai/execution'
import { createFakeEngine } from '@poai/inference'
import { createFarmDesk, farmMethods } from '@poai/miner'
import { createRpcServer } from '@poai/rpc'
import { openDatabase, RETENTIONS } from '@poai/storage'
import { signTransaction, testNetwork, testWallet, WALLETS } from '@poai/testing/chain'

/** What the parent says. */
export type FarmNodeCommand = { readonly import: string } | { readonly fill: number } | 'look' | 'stop'

/** What the process answers: `ready` once, then one answer for each command, in their order. */
export type FarmNodeAnswer =
  | { readonly url: string }
  | { readonly importedMs: number }
  | { readonly evaluations: number; readonly longestPauseMs: number; readonly longestTurnMs: number }
  | { readonly filled: number }
  | { readonly failure: string }

/** A pass of a small model on a small machine. */
const PASS_MS = 30
const LOOK_EVERY_MS = 2
/** Init code that hashes sixty-four kilobytes again and again until its gas is gone. */
const HASHING_FOR_EVER = hex('0x5b61ffff5f20505f56')
const DEAR_GAS = 250_000n
/** Blocks of the generator are of the past then, and those of the farm are not of the future. */
const BEGIN_MS: number = Number(testNetwork.genesis.timestamp + 2500n) * 1000

const params: NetworkParams = testNetwork
const codecs = createBlockCodecs(createTransactionCodec(params.chainId))
const directory = await mkdtemp(join(tmpdir(), 'poai-farm-'))
const engine = createFakeEngine()
await engine.start()
const clock: Clock = {
  nowMs: () => BEGIN_MS + Math.floor(performance.now()),
  sleep: (delayMs, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, delayMs)
      signal?.addEventListener('abort', () => {
        clearTimeout(timer)
        reject(signal.reason)
      })
    }),
}

let evaluations = 0
let lastPass: Promise<unknown> = Promise.resolve()
/** One worker: passes wait for each other, and the thread does not. */
const evaluator: ExamEvaluator = {
  evaluate: (requests, options) => {
    evaluations += requests.length
    const pass = lastPass.then(async () => {
      await new Promise((resolve) => setTimeout(resolve, PASS_MS * requests.length))
      return engine.evaluate(requests, options)
    })
    lastPass = pass.catch(() => undefined)
    return pass
  },
}

const { store, committer, close } = await openDatabase(directory, { genesisHash: genesisHash(params) })
const execution = createExecution(params)
const chain = await openChain(
  { params },
  {
    ...{ codecs, execution, clock },
    verifier: createReplayVerifier(params, { evaluator, logger: silentLogger }),
    database: createStoredChain({ store, committer, codecs, retention: RETENTIONS.full }),
    mempoolStore: createStoredMempool(store, committer),
    recovery: inlineRecovery,
    logger: silentLogger,
  },
)
await chain.start()
const desk = createFarmDesk(
  { params, beneficiary: testWallet('the farm').address },
  { chain, codecs, clock, logger: silentLogger },
)
await desk.start()
/** Whoever calls, as if from another machine. */
const asStranger = (method: Method): Method => ({
  ...method,
  invoke: (values, call) => {
    const client = { name: call.session.client?.name ?? '', isLocal: false }
    return method.invoke(values, { ...call, session: { ...call.session, client } })
  },
})
const server = createRpcServer(
  { http: { host: '127.0.0.1', port: 0, corsOrigins: [], virtualHosts: [] } },
  {
    ...{ params, codecs, chain, execution, clock, recovery: inlineRecovery, logger: silentLogger },
    clientVersion: 'poai/test',
    methods: farmMethods({ now: desk, require: () => desk }).map(asStranger),
  },
)
await server.start()
const loop = monitorEventLoopDelay({ resolution: 5 })
loop.enable()

/** Processor time of this thread: what other programs of the machine take is not counted. */
function computedMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

let lastMs = computedMs()
/** The longest that this thread has computed between two chances for timers and sockets. */
let longestTurnMs = 0
setInterval(() => {
  const nowMs = computedMs()
  longestTurnMs = Math.max(longestTurnMs, nowMs - lastMs)
  lastMs = nowMs
}, LOOK_EVERY_MS).unref()

/** Lets expensive transactions wait, some of each wallet; forgets the pauses up to then. */
async function fill(ofEach: number): Promise<number> {
  for (const wallet of WALLETS) {
    for (let nonce = 0n; nonce < BigInt(ofEach); nonce++) {
      const plan = { nonce, to: undefined, data: HASHING_FOR_EVER, gasLimit: DEAR_GAS }
      await chain.mempool.add(signTransaction(params.chainId, wallet, plan))
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 10 * LOOK_EVERY_MS))
  longestTurnMs = 0
  return chain.mempool.size.pending
}

async function obey(command: FarmNodeCommand): Promise<FarmNodeAnswer> {
  if (command === 'look') return { evaluations, longestPauseMs: loop.max / 1e6, longestTurnMs }
  if (command === 'stop') {
    await server.stop()
    await desk.stop()
    await chain.stop()
    await close()
    await rm(directory, { recursive: true, force: true })
    return { evaluations, longestPauseMs: loop.max / 1e6, longestTurnMs }
  }
  if ('fill' in command) return { filled: await fill(command.fill) }
  const begin = performance.now()
  await chain.importBlock(codecs.block.decode(Buffer.from(command.import, 'base64'))).catch((error: unknown) => {
    // Another block of the same height was faster: that is no fault of this one.
    if (!(error instanceof ChainError)) throw error
  })
  return { importedMs: performance.now() - begin }
}

process.on('disconnect', () => process.exit(0))
process.on('message', (command: FarmNodeCommand) => {
  obey(command).then(
    (answer) => {
      process.send?.(answer)
      if (command === 'stop') process.disconnect()
    },
    (error: unknown) => process.send?.({ failure: error instanceof Error ? (error.stack ?? error.message) : '' }),
  )
})
process.send?.({ url: server.url ?? '' })
