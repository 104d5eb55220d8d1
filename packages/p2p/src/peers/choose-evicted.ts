import { networkGroup } from '../host/multiaddresses.ts'

/** A peer that chose this node, and the reasons to keep it. */
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
 * Places that are kept for what an attacker cannot have at will: to be near, and to have brought blocks. Four of each
 * is enough that not all honest neighbours are lost at one time.
 */
const KEPT_NEAREST = 4
const KEPT_BRINGING = 4

/**
 * The peer that goes when a newcomer wants in and all places are taken; undefined if nobody goes for it. Half of those
 * that nothing else speaks for stay because they came first. Of the others one goes whose network has the most places,
 * the newcomer's counted with it, and there the last that came. A newcomer whose network would have more places than
 * that one's has is turned away: whoever opens many connections pushes out his own, or nobody.
 */
export function chooseEvicted(inbound: readonly InboundPeer[], newcomer: string): string | undefined {
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
  const own = networkGroup(newcomer)
  const sizes = new Map([[own, 1]])
  for (const { address } of inbound) sizes.set(networkGroup(address), (sizes.get(networkGroup(address)) ?? 0) + 1)
  const sizeOf = ({ address }: InboundPeer): number => sizes.get(networkGroup(address)) ?? 0
  const largest = Math.max(...open.map(sizeOf))
  const most = open.filter((peer) => sizeOf(peer) === largest)
  const evicted = most.findLast(({ address }) => networkGroup(address) === own) ?? most.at(-1)
  return (sizes.get(own) ?? 0) > largest ? undefined : evicted?.id
}
