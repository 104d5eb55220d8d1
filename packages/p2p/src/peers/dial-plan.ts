import type { KnownPeer } from './known-peer.ts'
import type { KnownPeers } from './known-peers.ts'

/** What a choice is made from. */
export interface DialPlanScene {
  readonly known: Pick<KnownPeers, 'named' | 'buckets' | 'get'>
  /** Names of the peers that come first. */
  readonly anchors: readonly string[]
  /** How many may be chosen, static peers aside. */
  readonly room: number
  /** True if so few peers are connected that bootnodes are asked too. */
  readonly needsBootnodes: boolean
  isDue(peer: KnownPeer): boolean
  /** False if a peer of its network is chosen already. */
  hasFreeGroup(peer: KnownPeer): boolean
  /** From 0 up to 1. */
  random(): number
}

/**
 * While bootnodes are needed, one in this many places is theirs: what the operator named must not drown in what
 * strangers said.
 */
const BOOTNODE_SHARE = 4
/**
 * Other than anchors, tried peers come first as often as new ones do: with tried ones alone no new peer would ever be
 * chosen.
 */
const TRIED_CHANCE = 0.5

/**
 * Whom to dial now: all static peers that are due; then, as far as there is room, anchors, bootnodes if they are
 * needed, and a drawing among those that were found, at most one of each network. Buckets are drawn, not peers: whoever
 * fills his buckets to the brim has no better chance than a bucket with one peer.
 */
export function planDials(scene: DialPlanScene): readonly KnownPeer[] {
  const { known, room, needsBootnodes, isDue } = scene
  const named = known.named().filter(isDue)
  const fixed = named.filter(({ role }) => role === 'static')
  if (room <= 0) return fixed
  const bootnodes = needsBootnodes ? named.filter(({ role }) => role === 'bootnode') : []
  const kept = bootnodes.slice(0, Math.ceil(room / BOOTNODE_SHARE))
  const found = draw(scene, room - kept.length)
  const others = [...kept, ...found]
  return [...fixed, ...others, ...bootnodes.slice(kept.length, kept.length + room - others.length)]
}

/** Draws up to `count` of the peers that were found, anchors first. */
function draw(scene: DialPlanScene, count: number): readonly KnownPeer[] {
  const { known, anchors, isDue, hasFreeGroup } = scene
  const isOpen = (peer: KnownPeer): boolean => peer.role === 'found' && isDue(peer) && hasFreeGroup(peer)
  const drawn: KnownPeer[] = []
  const groups = new Set<string>()
  const take = (peer: KnownPeer): void => {
    drawn.push(peer)
    groups.add(peer.group)
  }
  for (const name of anchors) {
    const peer = known.get(name)
    if (drawn.length < count && peer !== undefined && isOpen(peer) && !groups.has(peer.group)) take(peer)
  }
  let [tried, fresh] = [known.buckets('tried'), known.buckets('new')].map((table) =>
    table.map((bucket) => bucket.filter(isOpen)),
  )
  while (drawn.length < count) {
    tried = leftOf(tried, groups)
    fresh = leftOf(fresh, groups)
    const isTriedFirst = scene.random() < TRIED_CHANCE
    const [first, second] = isTriedFirst ? [tried, fresh] : [fresh, tried]
    const peer = drawOne(first.length > 0 ? first : second, scene)
    if (peer === undefined) break
    take(peer)
  }
  return drawn
}

function leftOf(buckets: readonly (readonly KnownPeer[])[] = [], groups: ReadonlySet<string>): KnownPeer[][] {
  return buckets.map((bucket) => bucket.filter(({ group }) => !groups.has(group))).filter((bucket) => bucket.length > 0)
}

/** Of a bucket drawn by lot one of those with the fewest failures. */
export function drawOne(
  buckets: readonly (readonly KnownPeer[])[],
  { random }: Pick<DialPlanScene, 'random'>,
): KnownPeer | undefined {
  const bucket = buckets[Math.floor(random() * buckets.length)] ?? []
  const fewest = Math.min(...bucket.map(({ failures }) => failures))
  const best = bucket.filter(({ failures }) => failures === fewest)
  return best[Math.floor(random() * best.length)]
}
