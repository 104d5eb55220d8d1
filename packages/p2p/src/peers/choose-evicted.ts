import { networkGroup } from '../host/multiaddresses.ts'

/** A peer that chose this node, and what speaks for keeping it. */
export interface InboundPeer {
  readonly id: string
  readonly address: string
  readonly connectedAtMs: number
  /** Undefined before its first answer to a ping. */
  readonly roundTripMs: number | undefined
  /** When it last brought a new block that keeps all rules. */
  readonly broughtBlockAtMs: number | undefined
}

/**
 * Places that are kept for what an attacker cannot have at will: to be near, and to have brought blocks. Four of each is enough that not all
 * honest neighbours are lost at one time.
 */
const KEPT_NEAREST = 4
const KEPT_BRINGING = 4

/**
 * The peer that goes when a newcomer wants in and all places are taken; undefined if all are worth keeping. Half of those that nothing else speaks
 * for stay because they came first. Of the others one goes whose network has the most of them, and there the last that came: who opens many
 * connections pushes out his own.
 */
export function chooseEvicted(inbound: readonly InboundPeer[]): string | undefined {
  const nearest = inbound
    .filter(({ roundTripMs }) => roundTripMs !== undefined)
    .sort((a, b) => (a.roundTripMs ?? 0) - (b.roundTripMs ?? 0))
    .slice(0, KEPT_NEAREST)
  const bringing = inbound
    .filter(({ broughtBlockAtMs }) => broughtBlockAtMs !== undefined)
    .sort((a, b) => (b.broughtBlockAtMs ?? 0) - (a.broughtBlockAtMs ?? 0))
    .slice(0, KEPT_BRINGING)
  const kept = new Set([...nearest, ...bringing])
  const others = inbound.filter((peer) => !kept.has(peer)).sort((a, b) => a.connectedAtMs - b.connectedAtMs)
  const open = others.slice(Math.ceil(others.length / 2))
  const sizes = new Map<string, number>()
  for (const { address } of open) sizes.set(networkGroup(address), (sizes.get(networkGroup(address)) ?? 0) + 1)
  const largest = Math.max(...sizes.values())
  return open.findLast(({ address }) => sizes.get(networkGroup(address)) === largest)?.id
}
