import type { Chain } from '@poai/chain'
import {
  type Clock,
  type ForkId,
  forkIdAt,
  genesisHash,
  judgeForkId,
  type Logger,
  type NetworkParams,
} from '@poai/core'

export interface ForkCheckOptions {
  readonly params: NetworkParams
}

/** What comparing schedules needs, and nothing more. */
export interface ForkCheckDependencies {
  readonly chain: Pick<Chain, 'head'>
  readonly clock: Pick<Clock, 'nowMs'>
  readonly logger: Pick<Logger, 'warn'>
}

/** Peers can lie about their ids, and there may be many of them: the operator is told only this often. */
const WARN_EVERY_MS = 3_600_000
const HINT = 'this node or those peers may need an upgrade'

/** Compares peers' fork schedules with this node's, and tells the operator where they differ. */
export class ForkCheck {
  readonly #params: NetworkParams
  readonly #dependencies: ForkCheckDependencies
  /** By message. */
  readonly #warnedAtMs = new Map<string, number>()

  constructor({ params }: ForkCheckOptions, dependencies: ForkCheckDependencies) {
    this.#params = params
    this.#dependencies = dependencies
  }

  /** This node's id now; undefined on a network without forks, whose statuses have none. */
  get ownId(): ForkId | undefined {
    if (this.#params.forks.length === 0) return undefined
    return forkIdAt(this.#params, this.#dependencies.chain.head().number)
  }

  /** False if the peer has followed other rules than this node. A peer that sends no id knows of no forks. */
  admits(peerId: string, theirs: ForkId = { hash: genesisHash(this.#params), next: 0n }): boolean {
    const verdict = judgeForkId(this.#params, this.#dependencies.chain.head().number, theirs)
    if (verdict.kind === 'agrees') return true
    if (verdict.kind === 'will-differ') {
      this.#warn('A peer will follow other rules from a block on', { peerId, number: verdict.number, hint: HINT })
      return true
    }
    this.#warn('A peer follows other rules', { peerId, number: verdict.number ?? 'unknown', hint: HINT })
    return false
  }

  /** A peer turned this node away because their rules differ. */
  noteRefusal(peerId: string): void {
    this.#warn('A peer says that this node follows other rules', { peerId, hint: HINT })
  }

  #warn(message: string, data: Readonly<Record<string, unknown>>): void {
    const nowMs = this.#dependencies.clock.nowMs()
    const lastMs = this.#warnedAtMs.get(message)
    if (lastMs !== undefined && nowMs - lastMs < WARN_EVERY_MS) return
    this.#warnedAtMs.set(message, nowMs)
    this.#dependencies.logger.warn(message, data)
  }
}
