import { bytesToHex, createBlockCodecs, createTransactionCodec, hash32, uintToBytes } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { farmRequestToJson } from '@poai/miner'
import { ChainGenerator, testNetwork } from '@poai/testing/chain'
import { isInTime, type StrangerCase } from '@poai/testing/strangers'
import { type FarmNode, startFarmNode } from '../support/farm-node.ts'

/** Asked side by side, each with a beneficiary of its own. */
const REQUESTS = 20
/** Imported while the attack lasts. */
const BLOCKS = { test: 25, full: 200 } as const
/** Expensive transactions of each of the four wallets: more than a block can hold. */
const WAITING_OF_EACH = 16
const BLOCK_PAUSE_MS = 100
const MAX_PAUSE_MS = 100
const MAX_IMPORT_MS = 250
const ATTACKER = '127.0.66.1'

const codecs = createBlockCodecs(createTransactionCodec(testNetwork.chainId))

/** Work for ever new beneficiaries: each is a template of its own, executed from the pool. */
export const stranger: StrangerCase = {
  name: 'rpc-getwork',
  attack: `${REQUESTS} poai_getWork at a time, each with a new beneficiary, while transactions wait that are expensive to execute`,
  before: '20 requests took 9.7 s of the main thread',
  bound: `no pause of the main thread above ${MAX_PAUSE_MS} ms, p99 of honest imports below ${MAX_IMPORT_MS} ms`,
  run: async (size) => {
    const engine = createFakeEngine()
    await engine.start()
    const generator = new ChainGenerator({ evaluator: engine })
    const blocks = await generator.grow(generator.genesis, BLOCKS[size])
    const node = await startFarmNode()
    try {
      const waiting = await node.fill(WAITING_OF_EACH)
      const attack = new Attack(node)
      attack.start()
      const importsMs: number[] = []
      for (const { block } of blocks) {
        importsMs.push(await node.importBlock(codecs.block.encode(block)))
        await new Promise((resolve) => setTimeout(resolve, BLOCK_PAUSE_MS))
      }
      attack.stop()
      const { longestTurnMs } = await node.look()
      const [p99 = Number.NaN] = importsMs.sort((a, b) => a - b).slice(Math.ceil(importsMs.length * 0.99) - 1)
      return {
        measured: `longest pause ${longestTurnMs.toFixed(0)} ms, p99 of ${importsMs.length} imports ${p99.toFixed(0)} ms; ${attack.asked} asked, ${waiting} transactions waiting`,
        holds: isInTime(size, longestTurnMs, MAX_PAUSE_MS) && isInTime(size, p99, MAX_IMPORT_MS),
      }
    } finally {
      await node.stop()
      await engine.stop()
    }
  },
}

/** Keeps so many requests under way, whatever they are answered. */
class Attack {
  readonly #node: FarmNode
  #isOver = false
  asked = 0

  constructor(node: FarmNode) {
    this.#node = node
  }

  start(): void {
    for (let line = 0; line < REQUESTS; line++) void this.#goOn()
  }

  stop(): void {
    this.#isOver = true
  }

  async #goOn(): Promise<void> {
    while (!this.#isOver) {
      const beneficiary = bytesToHex(hash32(uintToBytes(BigInt(this.asked++), 8)).slice(12))
      const request = { ...(farmRequestToJson({ worker: 'shed' }) as object), beneficiary }
      // Those under way when the node stops are refused.
      await this.#node.call(ATTACKER, 'poai_getWork', [request]).catch(() => undefined)
    }
  }
}
