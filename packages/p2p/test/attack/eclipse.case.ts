import { utf8ToBytes } from '@poai/core'
import { testNetwork } from '@poai/testing/chain'
import type { AttackOutcome, AttackSize, StrangerCase } from '@poai/testing/strangers'
import { networkGroup } from '../../src/host/multiaddresses.ts'
import { createIdentity, type NodeIdentity } from '../../src/identity/node-identity.ts'
import { createMemoryPeerNotes, type PeerNotes } from '../../src/peers/peer-notes.ts'
import { peerRecordCodec } from '../../src/peers/peer-record.ts'
import { type LightPeer, startLightPeer } from '../support/light-peer.ts'
import { startNode, systemClock, type TestNode } from '../support/start-node.ts'

/** Honest nodes that the victim knows, each of a network of its own. */
const HONEST = 200
/** Of those, so many came to the victim by themselves. */
const VISITORS = 8
/** Four new names a second. */
const NAME_PAUSE_MS = 250
/** How many of the attacker's names can be dialled: of the first that came, and of the last. */
const LISTENING = 64
/** A restarted node has found its peers by then. */
const FIND_MS = 10_000
const SIZES = { test: { names: 24, restarts: 3 }, full: { names: 1100, restarts: 20 } } as const

/** The node under attack, over its restarts. */
class Victim {
  readonly #identity: NodeIdentity
  readonly #notes: PeerNotes
  #node: TestNode | undefined
  /** The most chosen peers of one network at any time. */
  mostOfOneGroup = 0

  constructor(identity: NodeIdentity, notes: PeerNotes) {
    this.#identity = identity
    this.#notes = notes
  }

  /** Undefined while it is down. */
  get address(): string | undefined {
    return this.#node?.network.addresses()[0]
  }

  async start(): Promise<void> {
    const network = { limits: { sharedAddresses: false } }
    const node = await startNode({ identity: this.#identity, notes: this.#notes, network })
    node.network.onPeerChange(() => this.#look())
    this.#node = node
  }

  async stop(): Promise<void> {
    const node = this.#node
    this.#node = undefined
    await node?.stop()
  }

  /** Addresses of the peers that it chose, or of those that came. */
  peers(direction: 'in' | 'out'): readonly string[] {
    const peers = this.#node?.network.peers.list() ?? []
    return peers.flatMap(({ peer }) => (peer?.direction === direction ? peer.address : []))
  }

  knows(peerId: string): boolean {
    const entry = this.#node?.network.peers.list().find(({ id }) => id === peerId)
    return entry !== undefined && entry.lastSeenMs > 0
  }

  #look(): void {
    const sizes = new Map<string, number>()
    for (const address of this.peers('out')) {
      sizes.set(networkGroup(address), (sizes.get(networkGroup(address)) ?? 0) + 1)
    }
    this.mostOfOneGroup = Math.max(this.mostOfOneGroup, ...sizes.values())
  }
}

/** Comes with a new name each time, from another address of its network, and goes again. */
class Attacker {
  readonly #victim: Victim
  readonly #listening: LightPeer[] = []
  #isOver = false
  #running: Promise<void> | undefined
  names = 0
  handshakes = 0

  constructor(victim: Victim) {
    this.#victim = victim
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#running
    await Promise.all(this.#listening.map((name) => name.close()))
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const { address } = this.#victim
      if (address !== undefined) await this.#come(address)
      await systemClock.sleep(NAME_PAUSE_MS)
    }
  }

  async #come(address: string): Promise<void> {
    const name = await startLightPeer(testNetwork, `127.250.${this.names % 250}.1`)
    this.#listening.push(name)
    this.names++
    const welcome = await name.greet(address).then(
      () => true,
      () => false,
    )
    if (welcome) this.handshakes++
    const [past] = this.#listening.length > 2 * LISTENING ? this.#listening.splice(LISTENING, 1) : []
    await past?.close()
    // Long enough to tell where it listens, and soon gone for the next one.
    setTimeout(() => void name.leave(), 4 * NAME_PAUSE_MS).unref()
  }
}

/** Notes of a node that has dialled all of them in its life. */
async function notesOf(honest: readonly LightPeer[]): Promise<PeerNotes> {
  const notes = createMemoryPeerNotes()
  const lastSeenSeconds = BigInt(Math.floor(Date.now() / 1000) - 3600)
  for (const { peerId, location, ip } of honest) {
    const record = {
      ...{ locations: [location], isStatic: 0, isAnchor: 0, address: ip, source: networkGroup(ip), lastSeenSeconds },
      ...{ demerits: 0, scoredAtSeconds: 0n, bannedUntilSeconds: 0n, banReason: 'none' },
    }
    await notes.save(utf8ToBytes(peerId), peerRecordCodec.encode(record))
  }
  return notes
}

async function until(isTrue: () => boolean, patienceMs: number): Promise<void> {
  for (const end = Date.now() + patienceMs; !isTrue() && Date.now() < end; ) await systemClock.sleep(20)
}

async function besiege(honest: readonly LightPeer[], size: AttackSize): Promise<AttackOutcome> {
  const { names, restarts } = SIZES[size]
  const isHonest = (address: string): boolean => honest.some(({ ip }) => ip === address)
  const victim = new Victim(await createIdentity(), await notesOf(honest))
  const attacker = new Attacker(victim)
  try {
    await victim.start()
    for (const visitor of honest.slice(0, VISITORS)) await visitor.greet(victim.address ?? '')
    await until(() => victim.peers('out').length >= 8, FIND_MS)
    const came = victim.peers('in').filter(isHonest)
    attacker.start()
    await until(() => attacker.names >= names, names * 10 * NAME_PAUSE_MS)
    const stayed = came.filter((address) => victim.peers('in').includes(address)).length
    const kept = honest.filter(({ peerId }) => victim.knows(peerId)).length
    const { handshakes } = attacker
    const found: number[] = []
    for (let restart = 0; restart < restarts; restart++) {
      await victim.stop()
      await victim.start()
      await until(() => victim.peers('out').length >= 8, FIND_MS)
      found.push(victim.peers('out').filter(isHonest).length)
    }
    const worst = Math.min(...found)
    return {
      measured: [
        `${names} names of one network, ${handshakes} shook hands: ${kept} of ${HONEST} honest known peers kept`,
        `${stayed} of ${came.length} honest visitors stayed`,
        `at most ${victim.mostOfOneGroup} chosen peer of one network`,
        `after ${restarts} restarts at least ${worst} of 8 chosen peers honest`,
      ].join('; '),
      holds: kept >= HONEST / 2 && stayed === came.length && victim.mostOfOneGroup === 1 && worst >= 4,
    }
  } finally {
    await attacker.stop()
    await victim.stop()
  }
}

export const stranger: StrangerCase = {
  name: 'eclipse',
  attack: 'four new names a second of one network of 16 bits come, shake hands and go, and wait to be dialled',
  before: 'all honest known peers forgotten after 275 s; after a restart 8 of 8 chosen peers at one address',
  bound:
    'half of the known honest peers kept, all honest visitors stay, at most one chosen peer a network, half of the chosen peers honest after every restart',
  run: async (size) => {
    const honest: LightPeer[] = []
    try {
      for (let index = 1; index <= HONEST; index++) honest.push(await startLightPeer(testNetwork, `127.${index}.0.1`))
      return await besiege(honest, size)
    } finally {
      await Promise.all(honest.map((peer) => peer.close()))
    }
  },
}
