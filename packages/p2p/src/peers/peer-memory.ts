import { type Clock, type Logger, RuleError, utf8ToBytes } from '@poai/core'
import { type Ban, BanList } from './ban-list.ts'
import type { KnownPeer } from './known-peer.ts'
import { KnownPeers, type KnownPeersOptions } from './known-peers.ts'
import type { PeerNotes } from './peer-notes.ts'
import { MAX_DEMERITS, oldPeerRecordCodec, type PeerRecord, peerRecordCodec } from './peer-record.ts'
import { ScoreBoard } from './score-board.ts'

/** Few enough that all of them are tried at once, and more than one that may be gone for good. */
export const MAX_ANCHORS = 3

/** What the memory of peers needs, and nothing more. */
export interface PeerMemoryDependencies {
  readonly notes: PeerNotes
  readonly clock: Pick<Clock, 'nowMs'>
  readonly logger: Pick<Logger, 'warn'>
}

/** Peers, scores and bans, in memory and in the notes. */
export class PeerMemory {
  readonly known: KnownPeers
  readonly scores: ScoreBoard
  readonly bans: BanList
  readonly #dependencies: PeerMemoryDependencies
  readonly #changed = new Set<string>()
  #anchors: readonly string[] = []
  #writing: Promise<void> | undefined

  constructor(options: KnownPeersOptions, dependencies: PeerMemoryDependencies) {
    this.#dependencies = dependencies
    this.known = new KnownPeers(options)
    // A note that is kept after its score would crowd out those of good peers.
    this.scores = new ScoreBoard(dependencies.clock, (name) => this.save(name))
    this.bans = new BanList(dependencies.clock)
  }

  /**
   * Peers that this node chose and that stayed long: they are dialled first after a start, so that whoever fills the
   * book does not choose them.
   */
  get anchors(): readonly string[] {
    return this.#anchors
  }

  /** Replaces the anchors, across restarts too. */
  anchor(names: readonly string[]): void {
    const changed = new Set([...this.#anchors, ...names])
    const isSame = changed.size === names.length && names.length === this.#anchors.length
    if (isSame) return
    this.#anchors = [...names]
    for (const name of changed) this.save(name)
  }

  /** Reads the notes of the last run. Those that are not readable are dropped. */
  async load(): Promise<void> {
    for (const [key, bytes] of await this.#dependencies.notes.load()) {
      const name = Buffer.from(key).toString('utf8')
      try {
        this.#restore(name, this.#decode(name, bytes))
      } catch (error) {
        if (!(error instanceof RuleError)) throw error
        this.#dependencies.logger.warn('A note of a peer is not readable', { code: error.code })
        await this.#dependencies.notes.delete(key)
      }
    }
  }

  /** Notes what is known of a name now; soon, and together with others. */
  save(name: string): void {
    this.#changed.add(name)
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined
    })
  }

  ban(ban: Ban): void {
    const gone = this.bans.add(ban)
    if (gone !== undefined) this.save(gone.target)
    this.save(ban.target)
  }

  /** Forgets a peer altogether, its score and its ban too. */
  forget(name: string): void {
    this.known.forget(name)
    this.#anchors = this.#anchors.filter((anchor) => anchor !== name)
    this.scores.forget(name)
    this.bans.lift(name)
    this.save(name)
  }

  /** Resolves when everything is in the notes. */
  async saved(): Promise<void> {
    await this.#writing
  }

  async #write(): Promise<void> {
    // Whoever changes several things in one go has them written once.
    await Promise.resolve()
    for (const name of this.#changed) {
      this.#changed.delete(name)
      try {
        await this.#writeOne(name)
      } catch (error) {
        this.#dependencies.logger.warn('A peer could not be noted', { error })
      }
    }
  }

  async #writeOne(name: string): Promise<void> {
    const { notes } = this.#dependencies
    const record = this.#recordOf(name)
    if (record === undefined) await notes.delete(utf8ToBytes(name))
    else await notes.save(utf8ToBytes(name), peerRecordCodec.encode(record))
  }

  #recordOf(name: string): PeerRecord | undefined {
    const known = this.known.get(name)
    const ban = this.bans.find(name)
    const demerits = Math.min(MAX_DEMERITS, Math.round(-this.scores.scoreOf(name)))
    if (!isWorthNoting(known) && ban === undefined && demerits === 0) return undefined
    return {
      locations: known?.locations ?? [],
      isStatic: known?.role === 'static' ? 1 : 0,
      isAnchor: this.#anchors.includes(name) ? 1 : 0,
      address: known?.address ?? '',
      source: known?.source ?? '',
      lastSeenSeconds: toSeconds(known?.lastSeenMs ?? 0),
      demerits,
      scoredAtSeconds: demerits === 0 ? 0n : toSeconds(this.#dependencies.clock.nowMs()),
      bannedUntilSeconds: ban === undefined ? 0n : toSeconds(ban.untilMs),
      banReason: ban?.reason ?? 'none',
    }
  }

  /** Notes of the earlier format are rewritten: their peers count as new ones, told of by themselves. */
  #decode(name: string, bytes: Uint8Array): PeerRecord {
    try {
      return peerRecordCodec.decode(bytes)
    } catch (error) {
      if (!(error instanceof RuleError)) throw error
      const old = oldPeerRecordCodec.decode(bytes)
      this.save(name)
      return { ...old, isAnchor: 0, address: '', source: '', lastSeenSeconds: 0n }
    }
  }

  #restore(name: string, record: PeerRecord): void {
    const { locations, isStatic, isAnchor, address, source, demerits } = record
    const bannedUntilMs = toMs(record.bannedUntilSeconds)
    if (locations.length > 0) {
      const peerId = name.startsWith('/') ? undefined : name
      const role = isStatic === 1 ? 'static' : 'found'
      const lastSeenMs = toMs(record.lastSeenSeconds)
      const known = this.known.restore(name, { peerId, locations, role, address, source, lastSeenMs })
      // No room: the note goes, unless there is more in it.
      if (known === undefined) this.save(name)
    }
    if (isAnchor === 1 && this.#anchors.length < MAX_ANCHORS) this.#anchors = [...this.#anchors, name]
    if (demerits > 0) this.scores.restore(name, { score: -demerits, atMs: toMs(record.scoredAtSeconds) })
    if (bannedUntilMs > this.#dependencies.clock.nowMs()) {
      this.bans.add({ target: name, untilMs: bannedUntilMs, reason: record.banReason })
    }
    // Demerits are forgiven and bans end: what says nothing any more goes.
    if (this.#recordOf(name) === undefined) this.save(name)
  }
}

/**
 * Bootnodes are in the settings, unless they were reached. Of hearsay there is only as much as the book has room for.
 */
function isWorthNoting(peer: KnownPeer | undefined): peer is KnownPeer {
  return peer !== undefined && peer.locations.length > 0 && (peer.role !== 'bootnode' || peer.lastSeenMs > 0)
}

/** Records hold times up to the year 9999. */
function toSeconds(ms: number): bigint {
  return BigInt(Math.max(0, Math.floor(ms / 1000)))
}

function toMs(seconds: bigint): number {
  return Number(seconds) * 1000
}
