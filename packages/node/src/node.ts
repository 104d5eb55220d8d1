import { createReplayVerifier, networkExamOptions, type WorkVerifier } from '@poai/consensus'
import {
  type Clock,
  invariant,
  joinTrust,
  type Logger,
  type NetworkParams,
  type NetworkTrust,
  type Startable,
  trustOf,
} from '@poai/core'
import { createWorkService, type MiningGate, type WorkService } from '@poai/miner'
import { excusingVerifier, type Network, type ReplayPolicy } from '@poai/p2p'
import type { RpcServer } from '@poai/rpc'
import { isFatal } from './chain/watch-chain.ts'
import { createMining, type MiningParts } from './compose/create-mining.ts'
import { type ChainParts, openChainParts } from './compose/open-chain-parts.ts'
import { openNetwork } from './compose/open-network.ts'
import { replayPolicyOf } from './compose/replay-policy-of.ts'
import type { NodeConfig } from './config/node-config.ts'
import { type DataPlaces, placesIn } from './data-directory.ts'
import { createBrowserEngine } from './doors/browser-engine.ts'
import { openDoors } from './doors/open-doors.ts'
import { createFinalityWatch, type FinalityWatch } from './finality/create-finality-watch.ts'
import type { Standing } from './finality/settling.ts'
import { createReplayCounter, type ReplayCounter } from './judge/replay-counter.ts'
import { createWorkJudge, type WorkJudge } from './judge/work-judge.ts'
import { createEventLoopWatch, type EventLoopWatch } from './lifecycle/event-loop-watch.ts'
import { repeat } from './lifecycle/repeat.ts'
import { createMempoolSaving } from './lifecycle/save-mempool.ts'
import { ServiceStack } from './lifecycle/service-stack.ts'
import { createBlockLines } from './log/block-lines.ts'
import { createNodeLogger, type LogScreen, type NodeLogger } from './log/create-node-logger.ts'
import { createMetricsServer } from './metrics/metrics-server.ts'
import type { MetricsSnapshot } from './metrics/metrics-snapshot.ts'
import { createNodeMetrics, type NodeMetrics } from './metrics/node-metrics.ts'
import { takeSnapshot } from './metrics/take-snapshot.ts'
import { createNodeMiningGate } from './mining/node-mining-gate.ts'
import { NodeError } from './node-error.ts'
import { isAlive, isReady } from './status/health.ts'
import { stateOf } from './status/node-state.ts'
import type { NodeState, NodeStateName, NodeStatus } from './status/node-status.ts'
import { countPeers, readStatus } from './status/read-status.ts'
import { createStateLines } from './status/state-lines.ts'
import { statusToJson } from './status/status-to-json.ts'
import { systemClock } from './system-clock.ts'
import type { Installation } from './work/installation.ts'

/** One node: everything that a process runs, from its database to its doors. */
export interface Node extends Startable {
  readonly status: NodeStatus
  readonly logger: Logger
  /** Resolves when the node has stopped; rejects with the reason if it had to stop by itself. */
  readonly ended: Promise<void>
  /** Stops the node because of an error that nobody caught. */
  fail(error: unknown): void
}

export interface NodeOptions {
  readonly config: NodeConfig
  readonly params: NetworkParams
  /** The data directory. */
  readonly directory: string
  readonly installation: Installation
  /** Of the program. */
  readonly version: string
}

/** What a node is given from outside. */
export interface NodeDependencies {
  readonly screen: LogScreen
  /** Default: this machine's. */
  readonly clock?: Clock
}

/** What a node is made of, as far as it has come. */
interface Parts {
  readonly chain: ChainParts
  readonly mining: MiningParts
  readonly gate: MiningGate
  readonly network: Network | undefined
  readonly finality: FinalityWatch
}

/** Before there is anybody to agree with. */
const NOT_STANDING: Standing = { isSettled: false, why: 'starting' }
/** Longest that one part may take to stop: a block that is being written, a peer that is told goodbye. */
const STOP_LIMIT_MS = 8_000
/** How soon a person sees that the state has changed. */
const LOOK_EVERY_MS = 1_000
/** How far the engine's workers step back behind this process: docs/MINING.md has the measurement. */
const MINING_NICENESS = 10
const JUDGING_NICENESS = 5

/** A node, not yet started. */
export function createNode(options: NodeOptions, dependencies: NodeDependencies): Node {
  return new ComposedNode(options, dependencies)
}

class ComposedNode implements Node {
  readonly #options: NodeOptions
  readonly #places: DataPlaces
  readonly #clock: Clock
  readonly #log: NodeLogger
  readonly #judge: WorkJudge
  readonly #replays: ReplayCounter
  /** Replays whatever it is asked. */
  readonly #verifier: WorkVerifier
  readonly #replayPolicy: ReplayPolicy
  readonly #trust: NetworkTrust
  readonly #loop: EventLoopWatch
  readonly #services: ServiceStack
  readonly #metrics: NodeMetrics
  readonly #showState: (state: NodeState) => void
  readonly #stopping = new AbortController()
  readonly #ended: PromiseWithResolvers<void> = Promise.withResolvers()
  readonly #createdAtMs = performance.now()
  #parts: Partial<Parts> = {}
  /** Of the start and the stop; between them the state follows from the parts. */
  #stage: NodeState | undefined = { name: 'opening' }
  #failure: unknown
  #starting: Promise<void> | undefined
  #stopped: Promise<void> | undefined

  constructor(options: NodeOptions, { screen, clock = systemClock }: NodeDependencies) {
    const { config, params, installation, directory } = options
    this.#options = options
    this.#places = placesIn(directory)
    this.#clock = clock
    this.#log = createNodeLogger({ config: config.log, directory }, screen)
    const logger = this.#log.logger
    const niceness = config.mining.enabled ? MINING_NICENESS : JUDGING_NICENESS
    this.#judge = createWorkJudge({ params, installation, ...config.engine, niceness }, { clock, logger })
    this.#replays = createReplayCounter({ clock, logger })
    const verifier = createReplayVerifier(networkExamOptions(params), { evaluator: this.#judge, logger })
    this.#verifier = this.#replays.count(verifier)
    this.#replayPolicy = replayPolicyOf(config.sync)
    this.#trust = joinTrust(trustOf(params), config.finality)
    this.#loop = createEventLoopWatch({ clock, logger })
    this.#services = new ServiceStack({ clock, logger })
    this.#showState = createStateLines({ logger })
    this.#metrics = createNodeMetrics(() => this.#look())
    this.#replays.onReplay((replay) => this.#metrics.onReplay(replay))
    // Who does not wait for the end hears of it in the log.
    this.#ended.promise.catch(() => undefined)
  }

  get logger(): Logger {
    return this.#log.logger
  }

  get ended(): Promise<void> {
    return this.#ended.promise
  }

  start(): Promise<void> {
    this.#starting ??= this.#start()
    return this.#starting
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  fail(error: unknown): void {
    if (this.#failure === undefined) this.#failure = error
    if (this.#stopped !== undefined) return
    this.logger.error('The node stops: it cannot go on after this', { error })
    void this.stop()
  }

  get status(): NodeStatus {
    const { params, version, config } = this.#options
    const { chain, network, mining, finality } = this.#parts
    return readStatus({
      ...{ version, params, isMiner: config.mining.enabled, state: this.#state(), chain, network, mining },
      standing: finality?.standing() ?? NOT_STANDING,
      engine: this.#judge.status.engine,
      replays: this.#replays.figures,
      uptimeMs: performance.now() - this.#createdAtMs,
    })
  }

  async #start(): Promise<void> {
    const { version, params } = this.#options
    this.logger.info('Starting', { version, network: params.name, directory: this.#places.root, pid: process.pid })
    try {
      await this.#startParts()
      this.#enter(undefined)
    } catch (error) {
      const wasStopped = this.#stopped !== undefined
      if (!wasStopped) this.#failure ??= error
      await this.#shutDown()
      if (wasStopped && !isFatal(error))
        throw new NodeError('NODE_STOPPED', 'the node was stopped before it was up', { cause: error })
      throw error
    }
  }

  async #startParts(): Promise<void> {
    const { config, params } = this.#options
    const { logger } = this
    const clock = this.#clock
    const services = this.#services
    this.#enter('opening')
    await services.start('event loop watch', this.#loop)
    await this.#serveMetrics()
    const chain = await openChainParts(
      { params, trust: this.#trust, places: this.#places, config },
      {
        ...{ services, clock, logger, verifier: excusingVerifier(this.#verifier, this.#replayPolicy) },
        onLocked: () => this.#log.openFile(),
        onFatal: (error) => this.fail(error),
      },
    )
    this.#parts = { chain }
    const doors = this.#openDoors(chain)
    await services.start('doors', doors)
    if (doors.url !== undefined || doors.ipcPath !== undefined) {
      logger.info('Serving JSON-RPC', { http: doors.url, socket: doors.ipcPath })
    }
    await services.start('block lines', createBlockLines({ chain: chain.chain, clock, logger }))
    this.#checkpoint()
    this.#enter('loading')
    await services.start('engine', this.#judge)
    this.#checkpoint()
    this.#enter('joining')
    const network = config.p2p.enabled ? await this.#openNetwork(chain) : undefined
    const gate = createNodeMiningGate(config.mining, { judge: this.#judge, network, logger })
    const mining = createMining({ params, config }, { ...chain, searcher: this.#judge, gate, clock, logger })
    const finality = this.#watchFinality(chain, network)
    this.#parts = { chain, mining, network, gate, finality }
    if (network !== undefined) await services.start('network', network)
    await services.start('finality', finality)
    await services.start('work desk', mining.desk)
    await services.start('miner', mining.miner)
    await services.start('mempool saving', createMempoolSaving(chain.chain.mempool, { clock, logger }))
    const look = repeat({ name: 'state', everyMs: LOOK_EVERY_MS }, { clock, logger }, () =>
      this.#showState(this.#state()),
    )
    await services.start('state lines', look)
    this.#checkpoint()
  }

  async #openNetwork({ chain, codecs, database }: ChainParts): Promise<Network> {
    const { config, params, version } = this.#options
    const isJudge = this.#judge.status.state === 'ready'
    return openNetwork(
      {
        ...{ params, trust: this.#trust, config, version, places: this.#places, replayPolicy: this.#replayPolicy },
        domain: isJudge ? params.work.domain : '',
      },
      { chain, codecs, database, verifier: this.#verifier, clock: this.#clock, logger: this.logger },
    )
  }

  #watchFinality({ chain }: ChainParts, network: Network | undefined): FinalityWatch {
    const { config, params } = this.#options
    const { peers, seconds } = config.finality
    const { sharedAddresses } = config.p2p
    const { spacingSeconds } = params.difficulty
    return createFinalityWatch(
      { peers, ms: seconds * 1000, sharedAddresses, alone: config.mining.alone, spacingSeconds },
      { chain, network, clock: this.#clock, logger: this.logger },
    )
  }

  #openDoors(chain: ChainParts): RpcServer {
    const { config, params, version, installation } = this.#options
    let service: WorkService | undefined
    return openDoors(
      {
        ...{ params, config, version, places: this.#places, site: installation.site },
        findExtraFile: createBrowserEngine(installation, params),
        onCall: (report) => this.#metrics.onCall(report),
      },
      {
        ...{ chain, judge: this.#judge, verifier: this.#verifier, clock: this.#clock, logger: this.logger },
        network: () => this.#parts.network,
        mining: () => this.#parts.mining,
        workService: () => {
          const desk = this.#parts.mining?.desk
          if (service === undefined && desk !== undefined) service = createWorkService(desk)
          return service
        },
        nodeStatus: () => statusToJson(this.status),
      },
    )
  }

  /** First of all: who watches a node wants to see it open its database, too. */
  async #serveMetrics(): Promise<void> {
    const { host, port } = this.#options.config.metrics
    if (port === undefined) return
    const { logger } = this
    const server = createMetricsServer(
      { host, port },
      {
        metrics: this.#metrics,
        alive: () => isAlive(this.#state(), this.#loop.delay),
        ready: () => isReady(this.#state()),
        logger,
      },
    )
    await this.#services.start('metrics', server)
    logger.info('Serving metrics', { http: server.url })
  }

  #look(): Promise<MetricsSnapshot> {
    const { chain, network } = this.#parts
    const { status } = this
    return takeSnapshot({
      ...{ status, network, database: chain?.database, loop: this.#loop.delay },
    })
  }

  async #stop(): Promise<void> {
    this.#enter('stopping')
    this.#stopping.abort(new NodeError('NODE_STOPPED', 'the node is being stopped'))
    if (this.#starting === undefined) await this.#shutDown()
    else {
      // A model that is being loaded is not worth waiting for.
      if (this.#judge.status.state !== 'ready') await this.#judge.stop()
      await this.#starting.then(
        () => this.#shutDown(),
        // It has shut down what it had started.
        () => undefined,
      )
    }
  }

  async #shutDown(): Promise<void> {
    await this.#services.stop(STOP_LIMIT_MS)
    this.#enter('stopped')
    this.#log.close()
    if (this.#failure === undefined) this.#ended.resolve()
    else this.#ended.reject(this.#failure)
  }

  #checkpoint(): void {
    this.#stopping.signal.throwIfAborted()
  }

  #state(): NodeState {
    const judge = this.#judge.status
    if (this.#stage !== undefined)
      return judge.state === 'self-test' && this.#stage.name === 'loading' ? { name: 'self-test' } : this.#stage
    const { mining, network, gate } = this.#parts
    invariant(mining !== undefined && gate !== undefined, 'a node that is up has a miner')
    return stateOf({
      judge,
      miner: mining.miner.status,
      gateClosedBecause: gate.closedBecause(),
      network: network === undefined ? undefined : { sync: network.syncStatus(), peers: countPeers(network) },
      isAlone: this.#options.config.mining.alone,
    })
  }

  #enter(stage: NodeStateName | undefined): void {
    this.#stage = stage === undefined ? undefined : { name: stage }
    this.#showState(this.#state())
  }
}
