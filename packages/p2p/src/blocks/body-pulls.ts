import { type Block, type Body, type Header, type Logger, RuleError } from '@poai/core'
import { NetworkError } from '../network-error.ts'
import type { PeerSet } from '../peers/peer.ts'

/** What fetching bodies needs, and nothing more. */
export interface BodyPullsDependencies {
  readonly peers: Pick<PeerSet, 'get' | 'report'>
  /** Asks a peer for the body that belongs to a header; checks that it does. */
  fetchBody(peerId: string, header: Header, signal: AbortSignal): Promise<Body>
  readonly logger: Logger
}

/** Bodies that are fetched at one time for announcements: a block from every neighbour of the mesh. */
const MAX_PULLS = 8
/** From one neighbour: one that announces and does not serve must not block the others' bodies. */
const MAX_PULLS_PER_PEER = 2
/** Two megabytes over a slow line. */
const PULL_TIMEOUT_MS = 15_000

/** Fetches the bodies of announced blocks from whoever announced them, a few at a time. */
export class BodyPulls {
  readonly #dependencies: BodyPullsDependencies
  /** By neighbour. */
  readonly #underWay = new Map<string, number>()
  #pulled = 0

  constructor(dependencies: BodyPullsDependencies) {
    this.#dependencies = dependencies
  }

  /** Bodies that came since the start. */
  get pulled(): number {
    return this.#pulled
  }

  /** Undefined if the body is not available now. Rejects with a `RuleError` if another one came. */
  async pull(from: string, header: Header, stopping: AbortSignal): Promise<Block | undefined> {
    const { peers, fetchBody, logger } = this.#dependencies
    const own = this.#underWay.get(from) ?? 0
    const all = [...this.#underWay.values()].reduce((sum, count) => sum + count, 0)
    if (all >= MAX_PULLS || own >= MAX_PULLS_PER_PEER) return undefined
    this.#underWay.set(from, own + 1)
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(PULL_TIMEOUT_MS), stopping])
      const body = await fetchBody(from, header, signal)
      this.#pulled++
      return { header, body }
    } catch (error) {
      if (error instanceof RuleError) throw error
      logger.debug('An announced body did not come', { peerId: from, error })
      // A peer that is busy or has left meanwhile broke no promise.
      const isBusy = error instanceof NetworkError && error.code === 'P2P_BUSY'
      if (!isBusy && peers.get(from) !== undefined) peers.report(from, 'announced-without-serving')
      return undefined
    } finally {
      const left = (this.#underWay.get(from) ?? 1) - 1
      if (left > 0) this.#underWay.set(from, left)
      else this.#underWay.delete(from)
    }
  }
}
