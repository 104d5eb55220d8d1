import type { NodeStatusJson } from '@poai/api/client'
import { type Clock, joinTrust, type Logger, type Startable, trustOf } from '@poai/core'
import { isFatal } from './chain/is-fatal.ts'
import { placesIn } from './data-directory.ts'
import type { EngineMaker } from './engine/engine-service.ts'
import type { Ground, NodeOptions } from './ground.ts'
import { NodeStage } from './lifecycle/node-stage.ts'
import { ServiceStack } from './lifecycle/service-stack.ts'
import { createNodeLogger, type LogScreen, type NodeLogger } from './log/create-node-logger.ts'
import { NodeError } from './node-error.ts'
import { systemClock } from './system-clock.ts'
import { type WholeOffer, type Wing, wholeOffer } from './wings/wing.ts'

/** A node: everything that runs in its process, from the database to JSON-RPC. */
export interface Node extends Startable {
  /** What `poai_nodeStatus` answers. */
  readonly status: NodeStatusJson
  readonly logger: Logger
  /** Resolves when the node has stopped; rejects with the reason if it had to stop by itself. */
  readonly ended: Promise<void>
  /** Stops the node because of an error that nobody caught. */
  fail(error: unknown): void
}

/** What a node gets from outside. */
export interface NodeDependencies {
  readonly screen: LogScreen
  /** Default: this machine's. */
  readonly clock?: Clock
  /** Default: the engine of the network's domain, with the network's model. */
  readonly engine?: EngineMaker
}

/** How long one service may take to stop: to finish writing a block, to say goodbye to a peer. */
const STOP_LIMIT_MS = 8_000

/** A node made of these wings, not yet started. They start in order and stop in reverse. */
export function composeNode(
  options: NodeOptions,
  dependencies: NodeDependencies,
  wingsOn: (ground: Ground) => readonly Wing[],
): Node {
  return new ComposedNode(options, dependencies, wingsOn)
}

class ComposedNode implements Node {
  readonly #log: NodeLogger
  readonly #ground: Ground
  readonly #wings: readonly Wing[]
  readonly #whole: WholeOffer
  readonly #services: ServiceStack
  readonly #stopping = new AbortController()
  readonly #ended: PromiseWithResolvers<void> = Promise.withResolvers()
  readonly #stage: NodeStage
  #failure: unknown
  #starting: Promise<void> | undefined
  #stopped: Promise<void> | undefined

  constructor(
    options: NodeOptions,
    { screen, clock = systemClock, engine = {} }: NodeDependencies,
    wingsOn: (ground: Ground) => readonly Wing[],
  ) {
    const { config, params, directory } = options
    this.#log = createNodeLogger({ config: config.log, directory }, screen)
    const { logger } = this.#log
    this.#stage = new NodeStage(logger)
    this.#services = new ServiceStack({ clock, logger })
    this.#ground = {
      ...{ ...options, clock, logger, engine, stage: this.#stage },
      ...{ places: placesIn(directory), trust: joinTrust(trustOf(params), config.finality) },
      openLogFile: () => this.#log.openFile(),
      fail: (error) => this.fail(error),
    }
    this.#wings = wingsOn(this.#ground)
    this.#whole = wholeOffer(this.#wings)
    // Anyone who does not wait for the end can read it in the log.
    this.#ended.promise.catch(() => undefined)
  }

  get logger(): Logger {
    return this.#log.logger
  }

  get ended(): Promise<void> {
    return this.#ended.promise
  }

  get status(): NodeStatusJson {
    return this.#whole.status()
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

  async #start(): Promise<void> {
    const { version, params, places } = this.#ground
    this.logger.info('Starting', { version, network: params.name, directory: places.root, pid: process.pid })
    this.#stage.enter('opening')
    try {
      for (const wing of this.#wings) {
        this.#stopping.signal.throwIfAborted()
        if (wing.stage !== undefined) this.#stage.enter(wing.stage)
        await wing.start?.(this.#services, this.#whole)
      }
      this.#stopping.signal.throwIfAborted()
      this.#stage.enter(undefined)
    } catch (error) {
      const wasStopped = this.#stopped !== undefined
      if (!wasStopped) this.#failure ??= error
      await this.#shutDown()
      if (wasStopped && !isFatal(error))
        throw new NodeError('NODE_STOPPED', 'the node was stopped before it was up', { cause: error })
      throw error
    }
  }

  async #stop(): Promise<void> {
    const isUp = this.#stage.name === undefined
    this.#stage.enter('stopping')
    this.#stopping.abort(new NodeError('NODE_STOPPED', 'the node is being stopped'))
    if (this.#starting === undefined) return this.#shutDown()
    // What fails here fails again, and is logged, when its service is stopped.
    if (!isUp) await Promise.allSettled(this.#wings.map((wing) => wing.giveUp?.()))
    await this.#starting.then(
      () => this.#shutDown(),
      // The failed start has stopped what it had started.
      () => undefined,
    )
  }

  async #shutDown(): Promise<void> {
    await this.#services.stop(STOP_LIMIT_MS)
    this.#stage.enter('stopped')
    this.#log.close()
    if (this.#failure === undefined) this.#ended.resolve()
    else this.#ended.reject(this.#failure)
  }
}
