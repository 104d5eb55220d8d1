import { setTimeout as delay } from 'node:timers/promises'
import { AppError, defined, type NetworkParams } from '@poai/core'
import type { Installation } from '@poai/node'
import { buildInBackground } from './background/build-in-background.ts'
import type { ProgramCommand } from './nodes/node-process.ts'
import { Testnet } from './nodes/testnet.ts'
import { choosePlan, type PlanWishes } from './plan/choose-plan.ts'
import { nodeArguments } from './plan/node-arguments.ts'
import type { TestnetDefinition } from './plan/testnet-definition.ts'
import type { TestnetDirectory } from './plan/testnet-directory.ts'
import type { PlannedNode } from './plan/testnet-plan.ts'
import { summarise, type TestnetSummary } from './show/summarise.ts'
import type { TestnetReporter } from './show/testnet-reporter.ts'
import { createStress } from './stress/stress.ts'

/** What to run. */
export interface TestnetRunOptions extends PlanWishes {
  /** Stop when all nodes have this many new blocks. */
  readonly blocks: number | undefined
  /** Stop after this time. */
  readonly durationSeconds: number | undefined
  readonly trafficPerSecond: number | undefined
  /** The seed of the disturbances; undefined for none. */
  readonly chaosSeed: string | undefined
  /** Origins of web pages that may call JSON-RPC, as `--http-cors` takes them. */
  readonly corsOrigins: string | undefined
}

export interface TestnetRunDependencies {
  readonly params: NetworkParams
  readonly definition: TestnetDefinition
  readonly directory: TestnetDirectory
  readonly program: ProgramCommand
  /** Where models and caches are. */
  readonly installation: Installation
  readonly reporter: TestnetReporter
  /** Ctrl-C. */
  readonly signal: AbortSignal
  /** Called when the nodes are about to start. */
  readonly onPlan: (plan: readonly PlannedNode[]) => void
}

/** How a run ended. */
export interface TestnetRun {
  readonly summary: TestnetSummary
  readonly wasInterrupted: boolean
}

const HOST = '127.0.0.1'
/** How often nodes are asked for their status; before the first block more often, to time it. */
const POLL_MS = 1_000
const FIRST_POLL_MS = 100
/** Without a new block for this long, or this many spacings if that is longer, something is wrong. */
const STALL_MS = 300_000
const STALL_SPACINGS = 60
/** How long all nodes may take to agree at the end: partitions must heal, and killed nodes catch up. */
const SETTLE_MS = 180_000
/** After this long a pause of mining, blocks that were under way have arrived. */
const QUIET_MS = 1_500
/** How long the questions of the summary may take: nodes answer at once, or are gone. */
const SUMMARY_TIMEOUT_MS = 15_000

function urlOf({ server }: Testnet): string {
  return `http://${HOST}:${server.process.plan.httpPort}`
}

/** Runs a testnet until it reaches its goal, its time is up, or it is interrupted; then stops every node. */
export async function runTestnet(
  options: TestnetRunOptions,
  dependencies: TestnetRunDependencies,
): Promise<TestnetRun> {
  const run = new TestnetSupervisor(options, dependencies)
  return run.run()
}

class TestnetSupervisor {
  readonly #options: TestnetRunOptions
  readonly #deps: TestnetRunDependencies
  #startHeight = 0
  #firstBlockSeconds: number | undefined
  readonly #ending = new AbortController()
  /** What is built in the background once there is a block. */
  #extras: Promise<void> | undefined
  #lastHead = ''
  #lastHeadMs = performance.now()

  readonly #tell = (event: string): void => this.#deps.reporter.event(event)

  constructor(options: TestnetRunOptions, dependencies: TestnetRunDependencies) {
    this.#options = options
    this.#deps = dependencies
  }

  async run(): Promise<TestnetRun> {
    const { params, definition, installation, program, reporter, onPlan, directory } = this.#deps
    const tell = this.#tell
    const plan = await choosePlan(this.#options, { host: HOST, params, definition, directory, installation, tell })
    onPlan(plan)
    const { home } = installation
    const { corsOrigins } = this.#options
    const settings = {
      network: directory.networkFile,
      home,
      host: HOST,
      nodes: plan.length,
      ...defined({ corsOrigins }),
    }
    const testnet = new Testnet({
      plan,
      programOf: () => program,
      argumentsOf: (node) => nodeArguments(node, settings),
      onEvent: tell,
    })
    const killAll = (): void => testnet.kill()
    // A second Ctrl-C ends this process at once: no node may stay behind.
    process.once('exit', killAll)
    try {
      await this.#start(testnet, params)
      this.#lastHeadMs = performance.now()
      return await this.#follow(testnet, params)
    } finally {
      reporter.finish()
      this.#ending.abort()
      await Promise.all([testnet.stop(), this.#extras])
      process.off('exit', killAll)
    }
  }

  /** Starts the nodes, and shows how far each one is. */
  async #start(testnet: Testnet, params: NetworkParams): Promise<void> {
    const { signal, reporter } = this.#deps
    let isUp = false
    const started = testnet.start(signal).finally(() => {
      isUp = true
    })
    // It is awaited below.
    started.catch(() => undefined)
    while (!isUp && !signal.aborted) {
      await testnet.refresh(signal).catch(() => undefined)
      this.#note(testnet)
      this.#show(testnet, params)
      await Promise.race([started, this.#pause(FIRST_POLL_MS)]).catch(() => undefined)
    }
    await started
    reporter.event(`all nodes are up after ${(performance.now() / 1000).toFixed(1)} s`)
  }

  async #follow(testnet: Testnet, params: NetworkParams): Promise<TestnetRun> {
    const { signal, definition, directory } = this.#deps
    const { trafficPerSecond, chaosSeed } = this.#options
    const calm = new AbortController()
    const { accounts } = definition
    const stress = createStress({ trafficPerSecond, chaosSeed, params, accounts, onEvent: this.#tell }, testnet)
    // The loop below learns what goes wrong in it.
    const failure = stress.run({ calm: calm.signal, signal })
    let reason: string | undefined
    try {
      reason = await this.#watch(testnet, params, failure)
      calm.abort()
      const error = await this.#whileShowing(testnet, params, failure)
      if (error !== undefined && !signal.aborted) throw error
      if (!signal.aborted) reason ??= await this.#settle(testnet, params)
    } finally {
      calm.abort()
      await failure
    }
    const wasInterrupted = signal.aborted
    const facts = {
      reason,
      network: params.name,
      directory: directory.path,
      rpc: urlOf(testnet),
      startHeight: this.#startHeight,
      firstBlockSeconds: this.#firstBlockSeconds,
      ...stress.figures,
    }
    return { summary: await summarise(testnet, facts, AbortSignal.timeout(SUMMARY_TIMEOUT_MS)), wasInterrupted }
  }

  /** Shows the network until something ends the run. Resolves to what went wrong, if anything did. */
  async #watch(testnet: Testnet, params: NetworkParams, failure: Promise<unknown>): Promise<string | undefined> {
    const { signal } = this.#deps
    const { durationSeconds } = this.#options
    const stallMs = Math.max(STALL_MS, STALL_SPACINGS * params.difficulty.spacingSeconds * 1000)
    const endMs = durationSeconds === undefined ? Number.POSITIVE_INFINITY : performance.now() + durationSeconds * 1000
    const goal = this.#goal()
    let isBroken = false
    void failure.then((error) => {
      isBroken = error !== undefined
    })
    while (!signal.aborted && !isBroken) {
      await this.#poll(testnet, params)
      const heights = testnet.nodes.map(({ view }) => view.status?.head.number ?? 0)
      if (goal !== undefined && Math.max(...heights) >= goal) return undefined
      if (performance.now() >= endMs) return undefined
      if (performance.now() - this.#lastHeadMs > stallMs) return `no new block for ${Math.round(stallMs / 1000)} s`
      await this.#pause(this.#firstBlockSeconds === undefined ? FIRST_POLL_MS : POLL_MS)
    }
    return undefined
  }

  /** Keeps showing the network until `end` resolves: chaos restarts the last node that it killed. */
  async #whileShowing<T>(testnet: Testnet, params: NetworkParams, end: Promise<T>): Promise<T> {
    let isOver = false
    void end.then(() => {
      isOver = true
    })
    while (!isOver && !this.#deps.signal.aborted) {
      await this.#poll(testnet, params)
      await Promise.race([end, this.#pause(POLL_MS)])
    }
    return end
  }

  /** Waits until all nodes have the same head, at or above the goal. Resolves to what prevents it, if anything does. */
  async #settle(testnet: Testnet, params: NetworkParams): Promise<string | undefined> {
    const { signal } = this.#deps
    const goal = this.#goal() ?? 0
    const untilMs = performance.now() + SETTLE_MS
    const agree = (): boolean => {
      const heads = testnet.nodes.map(({ view, isReady }) => (isReady ? view.status?.head : undefined))
      return heads.every((head) => head !== undefined && head.hash === heads[0]?.hash && head.number >= goal)
    }
    while (!signal.aborted) {
      await this.#poll(testnet, params)
      if (agree()) {
        await testnet.pauseMining(signal)
        await this.#pause(QUIET_MS)
        await this.#poll(testnet, params)
        if (agree()) return undefined
        // Two blocks of one height were under way: the next block decides.
        await testnet.resumeMining(signal)
      }
      if (performance.now() > untilMs) return `the nodes did not agree within ${SETTLE_MS / 1000} s`
      await this.#pause(FIRST_POLL_MS)
    }
    return undefined
  }

  #goal(): number | undefined {
    const { blocks } = this.#options
    return blocks === undefined ? undefined : this.#startHeight + blocks
  }

  async #poll(testnet: Testnet, params: NetworkParams): Promise<void> {
    const { signal } = this.#deps
    try {
      await testnet.refresh(signal)
    } catch (error) {
      if (signal.aborted) return
      throw error instanceof AppError
        ? error
        : new AppError('CLI_TESTNET_FAILED', 'the testnet failed', { cause: error })
    }
    this.#note(testnet)
    this.#show(testnet, params)
  }

  /** Notes where the chain started in this run, and how far it is. */
  #note(testnet: Testnet): void {
    this.#startHeight = Math.max(0, ...testnet.nodes.map(({ firstHeight }) => firstHeight ?? 0))
    const { head } = testnet.view
    if (head === undefined || head.hash === this.#lastHead) return
    this.#lastHead = head.hash
    this.#lastHeadMs = performance.now()
    if (head.number <= this.#startHeight) return
    this.#firstBlockSeconds ??= performance.now() / 1000
    this.#extras ??= buildInBackground(testnet, {
      installation: this.#deps.installation,
      url: `${urlOf(testnet)}/`,
      signal: AbortSignal.any([this.#deps.signal, this.#ending.signal]),
      tell: this.#tell,
    })
  }

  #show({ view }: Testnet, params: NetworkParams): void {
    this.#deps.reporter.update(view, {
      network: params.name,
      spacingSeconds: params.difficulty.spacingSeconds,
      goal: this.#goal(),
      elapsedSeconds: performance.now() / 1000,
    })
  }

  async #pause(delayMs: number): Promise<void> {
    await delay(delayMs, undefined, { signal: this.#deps.signal }).catch(() => undefined)
  }
}
