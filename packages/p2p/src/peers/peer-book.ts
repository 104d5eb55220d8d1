import { isIP } from 'node:net'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Clock } from '@poai/core'
import { parseDialAddress, plainIp } from '../host/multiaddresses.ts'
import { NetworkError } from '../network-error.ts'
import { BAN_MS, type Ban, banTargetOf } from './ban-list.ts'
import type { ConnectedPeers } from './connected-peers.ts'
import type { Dialer } from './dialer.ts'
import type { KnownPeer } from './known-peer.ts'
import type { Liveness } from './liveness.ts'
import type { Peer } from './peer.ts'
import type { PeerMemory } from './peer-memory.ts'

/** What is known of a node, connected or not. */
export interface PeerEntry {
  /** A peer id; or a multiaddress, where an operator did not say the id and it was not reached yet. */
  readonly id: string
  /** Present while it is connected. */
  readonly peer: Peer | undefined
  /** Multiaddresses without the peer id. */
  readonly locations: readonly string[]
  readonly role: KnownPeer['role']
  /** 0 at best; see `OFFENCES`. */
  readonly score: number
  readonly roundTripMs: number | undefined
  /** Milliseconds since 1970; 0: never. */
  readonly lastSeenMs: number
}

/** The peers as an operator sees them. */
export interface PeerBook {
  /** Those that are connected and those that are known, the connected ones first. */
  list(): readonly PeerEntry[]
  /** Cheap, unlike the whole list. */
  connected(): readonly Peer[]
  /** Keeps the node at this multiaddress connected from now on, across restarts too. */
  add(address: string): PeerEntry
  /** Forgets a node and closes its connection. False if it was not known. */
  remove(id: string): Promise<boolean>
  /** Bans a peer id or an IP address, for an hour unless said otherwise. */
  ban(target: string, durationMs?: number): Ban
  /** False if there was no such ban. */
  unban(target: string): boolean
  bans(): readonly Ban[]
}

/** What the book needs, and nothing more. */
export interface PeerBookDependencies {
  readonly peers: ConnectedPeers
  readonly dialer: Dialer
  readonly liveness: Pick<Liveness, 'roundTripMs'>
  readonly memory: PeerMemory
  readonly clock: Pick<Clock, 'nowMs'>
}

/** A hundred years: practically forever. */
const MAX_BAN_MS = 100 * 365 * 86_400_000

export function createPeerBook(dependencies: PeerBookDependencies): PeerBook {
  const { peers, dialer, liveness, memory, clock } = dependencies
  const entryOf = (id: string): PeerEntry => {
    const known = memory.known.get(id)
    return {
      id,
      peer: peers.get(id),
      locations: known?.locations ?? [],
      role: known?.role ?? 'found',
      score: memory.scores.scoreOf(id),
      roundTripMs: liveness.roundTripMs(id),
      lastSeenMs: known?.lastSeenMs ?? 0,
    }
  }
  return {
    list: () => {
      const connected = peers.list().map(({ id }) => id)
      const known = memory.known.list().map(({ name }) => name)
      return [...new Set([...connected, ...known])].map(entryOf)
    },
    connected: () => peers.list(),
    add: (address) => entryOf(dialer.add(address).name),
    remove: async (id) => {
      const name = nameOf(id)
      const was = memory.known.get(name) !== undefined || peers.get(name) !== undefined
      memory.forget(name)
      if (peers.get(name) !== undefined) await peers.disconnect(name, 'too-many-peers')
      return was
    },
    ban: (target, durationMs = BAN_MS) => {
      const name = banTarget(target)
      const boundedMs = Math.min(MAX_BAN_MS, Math.max(1000, durationMs))
      peers.ban(name, boundedMs, 'operator')
      return memory.bans.find(name) ?? { target: name, untilMs: clock.nowMs() + boundedMs, reason: 'operator' }
    },
    unban: (target) => {
      const name = banTarget(target)
      const was = memory.bans.lift(name)
      // A pardoned peer starts anew: with its old score the next small fault would throw it out.
      memory.scores.forget(name)
      memory.save(name)
      return was
    },
    bans: () => memory.bans.list(),
  }
}

/** A peer id, or the one in a multiaddress, or the multiaddress that a nameless static peer goes by. */
function nameOf(text: string): string {
  if (!text.startsWith('/')) return text
  const { peerId, location } = parseDialAddress(text)
  return peerId ?? location
}

function banTarget(text: string): string {
  const bare = text.startsWith('ip:') ? text.slice('ip:'.length).replace('::/64', '::') : text
  if (isIP(bare) !== 0) return banTargetOf(plainIp(bare))
  try {
    return peerIdFromString(nameOf(text)).toString()
  } catch (cause) {
    throw new NetworkError('P2P_ADDRESS', 'nobody can be banned by this name', {
      expected: 'a peer id or an IP address',
      actual: text.slice(0, 128),
      cause,
    })
  }
}
