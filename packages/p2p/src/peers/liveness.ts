import type { Clock, Logger, Startable } from '@poai/core'
import { GOSSIP_FLOOR } from '../gossip/create-gossipsub.ts'
import type { GossipRouter } from '../gossip/gossip-router.ts'
import type { Host } from '../host/host.ts'
import type { ConnectedPeers } from './connected-peers.ts'

/** What the watch needs, and nothing more. */
export interface LivenessDependencies {
  readonly host: Pick<Host, 'ping'> & { readonly router: Pick<GossipRouter, 'score'> }
  readonly peers: Pick<ConnectedPeers, 'list' | 'disconnect' | 'report' | 'onLeft'>
  readonly clock: Clock
  readonly logger: Logger
}

/** How often each peer is asked for a sign of life. */
const PING_INTERVAL_MS = 15_000
const PING_TIMEOUT_MS = 10_000
/** This many unanswered pings in a row end a connection: over a minute of silence. */
const MAX_MISSED = 4
/** If our own loop is this much late, this node is overloaded, and silence says nothing about others. */
const OWN_DELAY_MS = 2000

/**
 * Checks every connection now and then. Finds dead ones, as after a cable was pulled, without closing those of nodes
 * that are only busy: libp2p's own monitor closes them at the first late answer.
 */
export class Liveness implements Startable {
  readonly #dependencies: LivenessDependencies
  readonly #missed = new Map<string, number>()
  readonly #roundTrips = new Map<string, number>()
  readonly #stopping = new AbortController()
  #loop: Promise<void> | undefined

  constructor(dependencies: LivenessDependencies) {
    this.#dependencies = dependencies
  }

  /** Of the last ping that was answered. */
  roundTripMs(peerId: string): number | undefined {
    return this.#roundTrips.get(peerId)
  }

  async start(): Promise<void> {
    if (this.#loop !== undefined) return
    this.#dependencies.peers.onLeft(({ id }) => {
      this.#missed.delete(id)
      this.#roundTrips.delete(id)
    })
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the watch is being stopped'))
    await this.#loop
  }

  async #run(): Promise<void> {
    const { clock, peers } = this.#dependencies
    const { signal } = this.#stopping
    while (!signal.aborted) {
      const due = clock.nowMs() + PING_INTERVAL_MS
      await clock.sleep(PING_INTERVAL_MS, signal).catch(() => undefined)
      if (signal.aborted) return
      const isOverloaded = clock.nowMs() - due > OWN_DELAY_MS
      await Promise.all(peers.list().map(({ id }) => this.#ping(id, isOverloaded)))
    }
  }

  async #ping(peerId: string, isOverloaded: boolean): Promise<void> {
    const { host, peers, logger } = this.#dependencies
    // What only the router sees, such as broken promises and grafts out of turn, counts here too.
    if (host.router.score(peerId) <= GOSSIP_FLOOR) peers.report(peerId, 'gossip-misbehaviour')
    const signal = AbortSignal.any([AbortSignal.timeout(PING_TIMEOUT_MS), this.#stopping.signal])
    try {
      this.#roundTrips.set(peerId, await host.ping(peerId, signal))
      this.#missed.delete(peerId)
    } catch {
      if (isOverloaded || this.#stopping.signal.aborted) return
      const missed = (this.#missed.get(peerId) ?? 0) + 1
      this.#missed.set(peerId, missed)
      if (missed < MAX_MISSED) return
      logger.debug('A peer gives no sign of life', { peerId, missed })
      await peers.disconnect(peerId, 'bad-handshake')
    }
  }
}
