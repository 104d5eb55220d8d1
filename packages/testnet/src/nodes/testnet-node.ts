import type { NodeStatusJson } from '@poai/api/client'
import type { AppError } from '@poai/core'
import type { PlannedNode } from '../plan/testnet-plan.ts'
import { isSilence, type NodeProcess } from './node-process.ts'
import { RunningTotal } from './running-total.ts'

/** What the testnet knows of a node. */
export interface NodeView {
  readonly plan: PlannedNode
  /** `starting`, `down` (by chaos), or what the node says. */
  readonly state: string
  /** What it said of itself last; kept while it is down. */
  readonly status: NodeStatusJson | undefined
  readonly totals: NodeTotals
}

/** Counts over all runs of a node's process. */
export interface NodeTotals {
  readonly attempts: number
  readonly blocksMined: number
  readonly replays: number
  readonly failedReplays: number
  readonly reorganisations: number
  readonly deepestReorganisation: number
  readonly starts: number
}

/** A running node that takes longer to answer is shown as it was. */
const ANSWER_TIMEOUT_MS = 5_000

/** A node of a running testnet: its process, which may be killed and started again, and what is known of it. */
export class TestnetNode {
  readonly process: NodeProcess
  #status: NodeStatusJson | undefined
  #mayBeDown = false
  #isReady = false
  #firstHeight: number | undefined
  #starts = 0
  #deepest = 0
  readonly #counters = {
    attempts: new RunningTotal(),
    blocksMined: new RunningTotal(),
    replays: new RunningTotal(),
    failedReplays: new RunningTotal(),
    reorganisations: new RunningTotal(),
  }

  constructor(process: NodeProcess) {
    this.process = process
  }

  get name(): string {
    return this.process.plan.name
  }

  /** The height of its chain at its first answer; undefined before that. */
  get firstHeight(): number | undefined {
    return this.#firstHeight
  }

  /** Whether it answers. */
  get isReady(): boolean {
    return this.#isReady && this.process.isRunning
  }

  get view(): NodeView {
    const { attempts, blocksMined, replays, failedReplays, reorganisations } = this.#counters
    return {
      plan: this.process.plan,
      state: this.#state(),
      status: this.#status,
      totals: {
        attempts: attempts.total,
        blocksMined: blocksMined.total,
        replays: replays.total,
        failedReplays: failedReplays.total,
        reorganisations: reorganisations.total,
        deepestReorganisation: this.#deepest,
        starts: this.#starts,
      },
    }
  }

  /** Starts its process, and resolves when it answers. */
  async start(signal: AbortSignal): Promise<void> {
    this.#starts++
    this.process.start()
    this.#take(await this.process.ready(signal))
    this.#isReady = true
    this.#mayBeDown = false
  }

  /** Kills its process: until it is started again, being down is not a fault. */
  async kill(): Promise<void> {
    this.#mayBeDown = true
    this.#isReady = false
    this.process.kill()
    await this.process.exited
  }

  /** Asks for its status; a busy node keeps its last one. Throws if the node has ended by itself. */
  async refresh(signal: AbortSignal): Promise<void> {
    if (!this.#isReady) return
    try {
      this.#take(await this.process.status({ signal, timeoutMs: ANSWER_TIMEOUT_MS }))
    } catch (error) {
      const fault = this.fault()
      if (fault !== undefined) throw fault
      if (!isSilence(error)) throw error
    }
  }

  /** Why it ended, if it ended by itself. */
  fault(): AppError | undefined {
    return this.#isReady && !this.#mayBeDown && !this.process.isRunning ? this.process.death() : undefined
  }

  #take(status: NodeStatusJson): void {
    const { head, miner, replays, reorganisations } = status
    this.#status = status
    this.#firstHeight ??= head.number
    this.#counters.attempts.update(miner?.attempts ?? 0)
    this.#counters.blocksMined.update(miner?.blocksAccepted ?? 0)
    this.#counters.replays.update(replays.total)
    this.#counters.failedReplays.update(replays.failed)
    this.#counters.reorganisations.update(reorganisations.count)
    this.#deepest = Math.max(this.#deepest, reorganisations.deepest)
  }

  #state(): string {
    if (this.#mayBeDown) return 'down'
    if (!this.#isReady) return 'starting'
    return this.#status?.state.name ?? ''
  }
}
