// A node that is asked by strangers, in a process of its own: real chain, real database, real servers. It mines and
// imports blocks at a pace, and measures how long its own main thread went without a pause. Ends when the parent goes.
import { inlineRecovery } from '@poai/chain'
import { createTransactionCodec, devnet, hex, type NetworkParams, silentLogger } from '@poai/core'
import { Wallet } from 'ethers'
import { createRpcServer } from '../../src/index.ts'
import { openMiningChain } from './mining-chain.ts'
import { computedMs } from './thread-time.ts'
import type { VictimCommand, VictimFigures } from './victim.ts'

/** The devnet with work that takes two attempts. */
const params: NetworkParams = {
  ...devnet,
  name: 'rpc-victim',
  difficulty: { ...devnet.difficulty, initialTarget: 1n << 255n, easiestTarget: 1n << 255n },
}
/** The first of the accounts that the network begins with: its key is public. */
const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
const TARGET = '0x0707070707070707070707070707070707070707'
const TRANSFERS_OF_BLOCK = 10
const BLOCK_EVERY_MS = 200
const LOOK_EVERY_MS = 2

const { engine, mine, close, verifier, importMs, ...mining } = await openMiningChain(params)
const server = createRpcServer(
  { http: { host: '127.0.0.1', port: 0, corsOrigins: [], virtualHosts: [] } },
  {
    ...mining,
    ...{ verifier, evaluator: engine, recovery: inlineRecovery, logger: silentLogger, clientVersion: 'poai/victim' },
  },
)
await server.start()

const owner = new Wallet(KEY)
const codec = createTransactionCodec(params.chainId)
let nonce = 0

async function sign(): Promise<Uint8Array> {
  const fees = { maxFeePerGas: 100_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n }
  const plan = { to: TARGET, value: 1n, gasLimit: 21_000, nonce: nonce++, chainId: Number(params.chainId) }
  return hex((await owner.signTransaction({ type: 2, ...fees, ...plan })) as `0x${string}`)
}

const signed: Uint8Array[] = []

async function mineOne(): Promise<void> {
  for (const bytes of signed.splice(0, TRANSFERS_OF_BLOCK)) await mining.chain.mempool.add(codec.decode(bytes))
  await mine()
}

/** The longest that this thread has computed between two chances for timers and sockets. */
class Probe {
  readonly #timer: NodeJS.Timeout
  #lastMs = computedMs()
  longestPauseMs = 0

  constructor() {
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#look()
  }

  #look(): void {
    const nowMs = computedMs()
    this.longestPauseMs = Math.max(this.longestPauseMs, nowMs - this.#lastMs)
    this.#lastMs = nowMs
  }
}

/** What is in use after a collection of garbage: when it was collected before is the machine's affair. */
function heldBytes(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

let probe: Probe | undefined
let beforeBytes = 0
let importsBefore = 0
let pace: NodeJS.Timeout | undefined
let running: Promise<void> = Promise.resolve()
let isMining = false

function mineInPace(): void {
  if (isMining) return
  isMining = true
  running = mineOne().finally(() => {
    isMining = false
  })
}

async function obey(command: VictimCommand): Promise<VictimFigures | { readonly url: string | undefined } | undefined> {
  switch (command.kind) {
    case 'grow':
      for (let block = 0; block < command.blocks; block++) {
        for (let transfer = 0; transfer < TRANSFERS_OF_BLOCK; transfer++) signed.push(await sign())
        await mineOne()
      }
      return undefined
    case 'watch':
      for (let transfer = 0; transfer < command.blocks * TRANSFERS_OF_BLOCK; transfer++) signed.push(await sign())
      beforeBytes = heldBytes()
      importsBefore = importMs.length
      pace = setInterval(mineInPace, BLOCK_EVERY_MS)
      probe = new Probe()
      return undefined
    case 'tell': {
      clearInterval(pace)
      await running
      probe?.stop()
      const longestPauseMs = probe?.longestPauseMs ?? 0
      return { longestPauseMs, importMs: importMs.slice(importsBefore), grownBytes: heldBytes() - beforeBytes }
    }
  }
}

process.on('message', async (command: VictimCommand) => {
  process.send?.({ done: await obey(command) })
})
process.on('disconnect', () => process.exit(0))
process.send?.({ done: { url: server.url } })
process.on('exit', () => void close)
