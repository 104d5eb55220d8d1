import type { Peer } from './peer.ts'
import { MAX_ANCHORS, type PeerMemory } from './peer-memory.ts'

/** How long a chosen peer must have been connected, so that whoever drives others away is not the one that is kept. */
export const ANCHOR_AGE_MS = 600_000

/** Notes the chosen peers that have been connected longest; earlier anchors stay while there are too few. */
export function keepAnchors(peers: readonly Peer[], memory: PeerMemory, nowMs: number): void {
  const standing = peers
    .filter(({ id, direction, connectedAtMs }) => {
      const isFound = memory.known.get(id)?.role === 'found'
      return direction === 'out' && isFound && nowMs - connectedAtMs >= ANCHOR_AGE_MS
    })
    .sort((a, b) => a.connectedAtMs - b.connectedAtMs)
    .map(({ id }) => id)
  const names = [...new Set([...standing, ...memory.anchors])].filter((name) => memory.known.get(name) !== undefined)
  memory.anchor(names.slice(0, MAX_ANCHORS))
}
