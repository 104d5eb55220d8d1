import { setTimeout as delay } from 'node:timers/promises'
import type { ExamJson, NodeStatusJson } from '@poai/api/client'
import { ask, RpcClientError } from '@poai/api/connect'
import { AppError, type Hex } from '@poai/core'
import type { PlannedNode } from '../plan/testnet-plan.ts'
import { NodeProcess, type ProgramCommand } from './node-process.ts'
import { type NodeView, TestnetNode } from './testnet-node.ts'

/** A block that was the head of a node. */
export interface SeenBlock {
  readonly number: number
  readonly hash: Hex
  /** When it was first seen, on the clock of `performance`. */
  readonly atMs: number
}

/** Everything that is shown of a testnet. */
export interface TestnetView {
  readonly nodes: readonly NodeView[]
  /** The exam of the newest block whose exam is known. */
  readonly exam: ExamJson | undefined
  /** The highest head of all nodes. */
  readonly head: SeenBlock | undefined
}

/** Is told what happened, in one line for people. */
export type TestnetListener = (event: string) => void

export interface TestnetOptions {
  readonly plan: readonly PlannedNode[]
  readonly programOf: (plan: PlannedNode) => ProgramCommand
  readonly argumentsOf: (plan: PlannedNode) => readonly string[]
  readonly onEvent?: TestnetListener
}

/** A node is joined to at most this many others: to all in a small network; in a large one gossip does the rest. */
const MAX_LINKS = 5
/** How often a node is asked whether it listens for peers, which it does after its self-test. */
const ADDRESS_POLL_MS = 50
/** How long the exam of a new block may take: the node replays it, after other replays. */
const EXAM_TIMEOUT_MS = 20_000

/** Nodes that make one network, each in a process of its own. */
export class Testnet {
  readonly nodes: readonly TestnetNode[]
  readonly #onEvent: TestnetListener
  #exam: ExamJson | undefined
  #head: SeenBlock | undefined
  #examUnderWay: Promise<void> | undefined

  constructor({ plan, programOf, argumentsOf, onEvent = () => undefined }: TestnetOptions) {
    this.nodes = plan.map((node) => new TestnetNode(new NodeProcess(node, programOf(node), argumentsOf(node))))
    this.#onEvent = onEvent
  }

  get view(): TestnetView {
    return { nodes: this.nodes.map(({ view }) => view), exam: this.#exam, head: this.#head }
  }

  /** The node that serves JSON-RPC. */
  get server(): TestnetNode {
    const server = this.nodes.at(-1)
    if (server === undefined) throw new RangeError('a testnet has nodes')
    return server
  }

  /** Starts all nodes side by side and joins them. Rejects as soon as one ends. */
  async start(signal: AbortSignal): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.start(signal)))
    await Promise.all(this.nodes.map((node, index) => this.#join(node, this.nodes.slice(0, index), signal)))
  }

  /** Starts a node that is down, and joins it to the others. */
  async restart(node: TestnetNode, signal: AbortSignal): Promise<void> {
    await node.start(signal)
    const others = this.nodes.filter((other) => other !== node && other.isReady)
    await this.#join(node, others, signal)
  }

  /** Joins two running nodes, whatever was between them. */
  async link(from: TestnetNode, to: TestnetNode, signal: AbortSignal): Promise<void> {
    // A node can be joined, and join others, once it listens.
    const [address, own] = await Promise.all([listeningAddress(to, signal), listeningAddress(from, signal)])
    if (address !== undefined && own !== undefined) await ask(from.process, 'admin_addPeer', [address], { signal })
  }

  /** Asks all nodes for their status. Throws if one has ended by itself. */
  async refresh(signal: AbortSignal): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.refresh(signal)))
    const best = highest(this.nodes)
    if (best === undefined || best.hash === this.#head?.hash) return
    this.#head = { number: best.number, hash: best.hash, atMs: performance.now() }
    this.#examUnderWay ??= this.#fetchExam(signal).finally(() => {
      this.#examUnderWay = undefined
    })
  }

  /** The hash of the block of that height in a node's chain. */
  async blockHash(node: TestnetNode, number: number, signal: AbortSignal): Promise<Hex | undefined> {
    const block = await ask(node.process, 'eth_getBlockByNumber', [number, false], { signal })
    return block?.hash
  }

  /** Pauses all miners. */
  pauseMining(signal: AbortSignal): Promise<void> {
    return this.#tellMiners('miner_stop', signal)
  }

  /** Resumes all miners. */
  resumeMining(signal: AbortSignal): Promise<void> {
    return this.#tellMiners('miner_start', signal)
  }

  /** Stops all nodes. May be called twice. */
  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.process.stop()))
  }

  /** Kills all nodes. */
  kill(): void {
    for (const node of this.nodes) node.process.kill()
  }

  async #tellMiners(method: 'miner_start' | 'miner_stop', signal: AbortSignal): Promise<void> {
    const miners = this.nodes.filter(({ isReady, process }) => isReady && process.plan.mining !== undefined)
    await Promise.all(miners.map((node) => ask(node.process, method, [], { signal })))
  }

  async #join(node: TestnetNode, others: readonly TestnetNode[], signal: AbortSignal): Promise<void> {
    for (const other of others.slice(-MAX_LINKS)) {
      try {
        await this.link(node, other, signal)
      } catch (error) {
        // One of the two has ended, which is a fault; or was killed, and joins when it is back.
        const fault = node.fault() ?? other.fault()
        if (fault !== undefined) throw fault
        if (!(error instanceof RpcClientError)) throw error
        this.#onEvent(`${node.name} could not be joined to ${other.name}: ${error.message}`)
      }
    }
  }

  async #fetchExam(signal: AbortSignal): Promise<void> {
    const head = this.#head
    const node = this.nodes.findLast(({ isReady, view }) => isReady && view.status?.head.hash === head?.hash)
    if (head === undefined || node === undefined || head.number === 0) return
    try {
      const exam = await ask(node.process, 'poai_getExam', [head.hash], { signal, timeoutMs: EXAM_TIMEOUT_MS })
      this.#exam = exam ?? this.#exam
    } catch {
      // Exams are only for show: the block may have left the chain, the node may be gone. The next block has another.
    }
  }
}

function highest(nodes: readonly TestnetNode[]): NodeStatusJson['head'] | undefined {
  return nodes
    .filter(({ isReady }) => isReady)
    .flatMap(({ view }) => view.status?.head ?? [])
    .toSorted((a, b) => b.number - a.number)
    .at(0)
}

/** Where a node listens, as soon as it does. Undefined for a node without peers. */
async function listeningAddress(node: TestnetNode, signal: AbortSignal): Promise<string | undefined> {
  for (;;) {
    const fault = node.fault()
    if (fault !== undefined) throw fault
    if (!node.isReady) return undefined
    const { addresses, state } = await node.process.status({ signal })
    if (state.name === 'abstaining') throw abstaining(node, state.detail ?? 'it does not say why')
    const [address] = addresses
    if (address !== undefined) return address
    await delay(ADDRESS_POLL_MS, undefined, { signal })
  }
}

function abstaining(node: TestnetNode, detail: string): AppError {
  return new AppError('CLI_TESTNET_ABSTAINS', `${node.name} can neither mine nor validate: ${detail}`, {
    hint: 'poai doctor says what this machine lacks; networks of domain portable-1, like devnet, run on every machine',
  })
}
