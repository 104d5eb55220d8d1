import type { Chain } from '@poai/chain'
import type { Clock, Logger, Startable } from '@poai/core'
import type { ConnectedPeers } from '../peers/connected-peers.ts'
import type { Peer } from '../peers/peer.ts'

/** What the pusher needs, and nothing more. */
export interface StatusPusherDependencies {
  readonly peers: Pick<ConnectedPeers, 'list' | 'exchangeStatus'>
  readonly chain: Pick<Chain, 'head' | 'onHead'>
  readonly clock: Clock
  readonly logger: Logger
}

/** Between two rounds: while a node catches up, its head changes hundreds of times a second. */
export const PUSH_INTERVAL_MS = 1000
/** Even if nothing changed: what a peer said of itself an hour ago is no basis for decisions. */
const REFRESH_MS = 30_000

/**
 * Tells peers where this node stands: peers with less work at once when its head changes, and all of them now and then.
 */
export class StatusPusher implements Startable {
  readonly #dependencies: StatusPusherDependencies
  readonly #stopping = new AbortController()
  #unsubscribe: (() => void) | undefined
  #loop: Promise<void> | undefined
  #hasChanged = false
  #wake: () => void = () => undefined

  constructor(dependencies: StatusPusherDependencies) {
    this.#dependencies = dependencies
  }

  async start(): Promise<void> {
    if (this.#loop !== undefined) return
    this.#unsubscribe = this.#dependencies.chain.onHead(() => {
      this.#hasChanged = true
      this.#wake()
    })
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the network is being stopped'))
    this.#unsubscribe?.()
    await this.#loop
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    const { clock, peers, chain } = this.#dependencies
    let refreshMs = clock.nowMs() + REFRESH_MS
    while (!signal.aborted) {
      await this.#changeOr(refreshMs - clock.nowMs())
      if (signal.aborted) return
      this.#hasChanged = false
      if (clock.nowMs() >= refreshMs) {
        refreshMs = clock.nowMs() + REFRESH_MS
        await this.#push(peers.list())
      } else {
        const { totalWork } = chain.head()
        await this.#push(peers.list().filter(({ status }) => status.totalWork < totalWork))
      }
      await clock.sleep(PUSH_INTERVAL_MS, signal).catch(() => undefined)
    }
  }

  /** Resolves when the head has changed, or after a while. */
  async #changeOr(delayMs: number): Promise<void> {
    if (this.#hasChanged || delayMs <= 0) return
    const done = new AbortController()
    const changed = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    const either = AbortSignal.any([this.#stopping.signal, done.signal])
    const passed = this.#dependencies.clock.sleep(delayMs, either).catch(() => undefined)
    await Promise.race([changed, passed])
    done.abort()
  }

  async #push(due: readonly Peer[]): Promise<void> {
    const { peers, logger } = this.#dependencies
    await Promise.all(
      due.map((peer) =>
        peers.exchangeStatus(peer).catch((error: unknown) => {
          logger.debug('A peer did not take our status', { peerId: peer.id, error })
        }),
      ),
    )
  }
}
