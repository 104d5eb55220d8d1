import { createHash } from 'node:crypto'
import type { Chain } from '@poai/chain'
import { type ChainContext, extendContext, type LocatorEntry, nextEpochKey } from '@poai/consensus'
import {
  type Block,
  type Body,
  bytesToHex,
  Emitter,
  genesisHeader,
  type Hash32,
  type Header,
  headerHash,
  RuleError,
  silentLogger,
} from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { ChainGenerator, testNetwork } from '@poai/testing/chain'
import { ManualClock } from '@poai/testing/manual-clock'
import { ForeignBlocks } from '../../src/blocks/foreign-blocks.ts'
import { createInferenceBudget } from '../../src/budget/inference-budget.ts'
import { DISCONNECT_SCORE, OFFENCES, type Offence } from '../../src/peers/offences.ts'
import type { Peer } from '../../src/peers/peer.ts'
import { ScoreBoard } from '../../src/peers/score-board.ts'
import type { ChainRequests } from '../../src/sync/chain-requests.ts'
import type { NetworkSync } from '../../src/sync/network-sync.ts'
import { createReplayPolicy, excusingVerifier } from '../../src/sync/replay-policy.ts'
import { createSynchroniser } from '../../src/sync/synchroniser.ts'
import { A_STATUS } from './fake-handshake.ts'
import { type ForgedBlock, forgeBlock } from './forged-blocks.ts'

/** A block of the world, honest or not. */
export interface WorldBlock {
  readonly block: Block
  readonly context: ChainContext
}

/** Chains that peers may show, made once. */
export interface WorldChains {
  readonly genesis: ChainContext
  /** Honest: each from its first block to its last. */
  readonly honest: readonly (readonly WorldBlock[])[]
  /** With forged blocks at their ends, heavier than all honest ones. */
  readonly forged: readonly (readonly WorldBlock[])[]
}

const TRUNK = 48
const FORKS: readonly { readonly at: number; readonly length: number }[] = [
  { at: 10, length: 30 },
  { at: 30, length: 40 },
]
const FORGED: readonly { readonly at: number; readonly length: number }[] = [
  { at: 0, length: 90 },
  { at: 24, length: 70 },
  { at: 47, length: 30 },
]

/** Of the test network, with the fake model. Every block has a body that must be asked for. */
export async function growWorld(): Promise<WorldChains> {
  const engine = createFakeEngine()
  await engine.start()
  const generator = new ChainGenerator({ evaluator: engine })
  const plan = (_: number, parent: { readonly hash: Hash32 }): { readonly header: Partial<Header> } => ({
    header: { transactionsRoot: parent.hash },
  })
  const trunk = await generator.grow(generator.genesis, TRUNK, plan)
  const forks = await Promise.all(
    FORKS.map(async ({ at, length }, index) => {
      const start = trunk[at - 1] ?? generator.genesis
      const branch = await generator.grow(start, length, (_, parent) => ({
        header: { transactionsRoot: parent.hash, extraData: Uint8Array.of(index) },
      }))
      return [...trunk.slice(0, at), ...branch]
    }),
  )
  const forged = FORGED.map(({ at, length }) => {
    const blocks: ForgedBlock[] = []
    let tip = trunk[at - 1]?.context ?? generator.genesis.context
    for (let salt = 0; salt < length; salt++) {
      const block = forgeBlock(testNetwork, tip, { salt, changes: { transactionsRoot: tip.hash } })
      blocks.push(block)
      tip = block.context
    }
    return [...trunk.slice(0, at), ...blocks]
  })
  await engine.stop()
  return { genesis: generator.genesis.context, honest: [trunk, ...forks], forged }
}

/** How a peer answers. */
export interface WorldManner {
  /** `short`: fewer than it has. */
  readonly headers: 'right' | 'silent' | 'late' | 'short'
  readonly bodies: 'right' | 'none' | 'silent'
  /** More work than its chain has. */
  readonly isBoasting: boolean
}

export const HONEST: WorldManner = { headers: 'right', bodies: 'right', isBoasting: false }

/** A peer of the world. */
export interface WorldPeer {
  readonly id: string
  readonly manner: WorldManner
  chain: readonly WorldBlock[]
  readonly isHonest: boolean
}

const LATE_MS = 7000
const SHORT = 5
const TURNS = 6
const STEP_MS = 500

/** One node that synchronises, with peers, a chain and a clock that exist only here. */
export class SyncWorld {
  readonly clock: ManualClock = new ManualClock()
  readonly peers: Map<string, WorldPeer> = new Map()
  readonly sync: NetworkSync
  /** Offences that honest peers were blamed for. */
  readonly wrongs: string[] = []
  readonly #chains: WorldChains
  readonly #joined = new Emitter<Peer>('joined', silentLogger)
  readonly #statuses = new Emitter<Peer>('status', silentLogger)
  readonly #connected = new Map<string, Peer>()
  readonly #scores = new ScoreBoard(this.clock)
  readonly #blocks: Map<string, WorldBlock>
  readonly #forged: ReadonlySet<string>
  readonly #honest: ReadonlySet<string>
  readonly #bodies = new WeakMap<Header, Body>()
  #head: ChainContext
  #canonical: Hash32[]
  #count = 0

  constructor(chains: WorldChains) {
    this.#chains = chains
    this.#head = chains.genesis
    this.#canonical = [chains.genesis.hash]
    const nameOf = ({ context }: WorldBlock): string => bytesToHex(context.hash)
    this.#honest = new Set(chains.honest.flat().map(nameOf))
    this.#forged = new Set(
      chains.forged
        .flat()
        .map(nameOf)
        .filter((name) => !this.#honest.has(name)),
    )
    this.#blocks = new Map()
    const policy = createReplayPolicy({ kind: 'full' })
    const verifier = {
      verify: async (header: Header): Promise<void> => {
        if (this.#forged.has(bytesToHex(headerHash(header)))) throw new RuleError('WORK_LOSS_MISMATCH', 'forged')
      },
      verifyAnswers: async (): Promise<void> => undefined,
    }
    const excusing = excusingVerifier(verifier, policy)
    this.sync = createSynchroniser(
      { params: testNetwork, trust: { minimumWork: 0n, checkpoints: [] }, sharedAddresses: false },
      {
        requests: this.#requests(),
        chain: {
          head: () => this.#head,
          finalized: () => ({ number: 0n, hash: chains.genesis.hash }),
          context: (hash) => this.#contextOf(hash),
          queries: { header: (place: bigint | Hash32) => this.#headerOf(place) } as unknown as Chain['queries'],
          importBlock: async (block) => {
            const parent = this.#contextOf(block.header.parentHash)
            const hash = headerHash(block.header)
            if (parent === undefined) return { kind: 'orphan', hash, missing: block.header.parentHash }
            await excusing.verify(block.header, { epochKey: nextEpochKey(testNetwork, parent) })
            return { kind: this.#adopt({ block, context: extendContext(testNetwork, parent, block.header) }), hash }
          },
        },
        peers: {
          list: () => [...this.#connected.values()],
          get: (id) => this.#connected.get(id),
          onJoined: this.#joined.subscribe,
          onStatus: this.#statuses.subscribe,
          report: (id, offence) => this.#report(id, offence),
        },
        ...{ policy, verifier, clock: this.clock, logger: silentLogger, foreign: new ForeignBlocks() },
        budget: createInferenceBudget({ sharedAddresses: false }, { clock: this.clock }),
        serve: async () => undefined,
        randomOf: (tip) => {
          let count = 0
          return () => createHash('sha256').update(tip).update(String(count++)).digest().readUInt32BE(0) / 2 ** 32
        },
      },
    )
  }

  get head(): ChainContext {
    return this.#head
  }

  /** True if every block of the canonical chain was worked for. */
  get isHonest(): boolean {
    return this.#canonical.slice(1).every((hash) => this.#honest.has(bytesToHex(hash)))
  }

  /** The most work of a chain that a connected honest peer has. */
  get bestHonestWork(): bigint {
    let best = 0n
    for (const id of this.#connected.keys()) {
      const peer = this.peers.get(id)
      const work = peer?.chain.at(-1)?.context.totalWork ?? 0n
      if (peer?.isHonest === true && work > best) best = work
    }
    return best
  }

  connectedIds(): readonly string[] {
    return [...this.#connected.keys()]
  }

  join(peer: Omit<WorldPeer, 'id'>, place: { readonly address: string; readonly direction: 'in' | 'out' }): void {
    const id = `peer ${this.#count++}`
    this.peers.set(id, { ...peer, id })
    const connected: Peer = { id, ...place, status: this.#statusOf({ ...peer, id }), connectedAtMs: this.clock.nowMs() }
    this.#connected.set(id, connected)
    this.#joined.emit(connected)
  }

  leave(id: string): void {
    this.#connected.delete(id)
  }

  /** A peer's chain is another one from now on. */
  move(id: string, chain: readonly WorldBlock[]): void {
    const [peer, connected] = [this.peers.get(id), this.#connected.get(id)]
    if (peer === undefined || connected === undefined) return
    peer.chain = chain
    const changed: Peer = { ...connected, status: this.#statusOf(peer) }
    this.#connected.set(id, changed)
    this.#statuses.emit(changed)
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      await this.clock.advance(STEP_MS)
      for (let turn = 0; turn < TURNS; turn++) await new Promise(setImmediate)
    }
  }

  /** False if it does not hold after so long. */
  async passUntil(isThere: () => boolean, limitMs: number): Promise<boolean> {
    for (let passed = 0; passed < limitMs && !isThere(); passed += STEP_MS) await this.pass(STEP_MS)
    return isThere()
  }

  #statusOf({ chain, manner }: WorldPeer): Peer['status'] {
    const { number, hash, totalWork } = chain.at(-1)?.context ?? this.#chains.genesis
    return {
      ...A_STATUS,
      headNumber: number,
      headHash: hash,
      totalWork: totalWork + (manner.isBoasting ? 1n << 200n : 0n),
    }
  }

  #contextOf(hash: Hash32): ChainContext | undefined {
    const { genesis } = this.#chains
    return bytesToHex(hash) === bytesToHex(genesis.hash) ? genesis : this.#blocks.get(bytesToHex(hash))?.context
  }

  #headerOf(place: bigint | Hash32): Header | undefined {
    const hash = typeof place === 'bigint' ? this.#canonical[Number(place)] : place
    if (hash === undefined) return undefined
    return this.#blocks.get(bytesToHex(hash))?.block.header ?? (place === 0n ? genesisOf() : undefined)
  }

  #adopt(block: WorldBlock): 'head' | 'side' {
    this.#blocks.set(bytesToHex(block.context.hash), block)
    if (block.context.totalWork <= this.#head.totalWork) return 'side'
    this.#head = block.context
    const canonical: Hash32[] = []
    for (let at: WorldBlock | undefined = block; at !== undefined; ) {
      canonical.push(at.context.hash)
      at = this.#blocks.get(bytesToHex(at.block.header.parentHash))
    }
    this.#canonical = [this.#chains.genesis.hash, ...canonical.reverse()]
    return 'head'
  }

  #report(id: string, offence: Offence): void {
    if (this.peers.get(id)?.isHonest === true) this.wrongs.push(offence)
    if (this.#scores.add(id, OFFENCES[offence]) <= DISCONNECT_SCORE) this.#connected.delete(id)
  }

  #requests(): ChainRequests {
    const never = (signal: AbortSignal): Promise<never> =>
      new Promise((_, reject) => {
        if (signal.aborted) reject(signal.reason)
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
    const asked = async (id: string, manner: string, signal: AbortSignal): Promise<WorldPeer> => {
      const peer = this.peers.get(id)
      if (peer === undefined || manner === 'silent' || !this.#connected.has(id)) return never(signal)
      await this.clock.sleep(manner === 'late' ? LATE_MS : 1, signal)
      return peer
    }
    return {
      headers: async (id, { locator, count }, signal) => {
        const { manner, chain } = await asked(id, this.peers.get(id)?.manner.headers ?? 'silent', signal)
        const from = sharedLength(chain, locator)
        const limit = manner.headers === 'short' ? Math.min(count, SHORT) : count
        return chain.slice(from, from + limit).map(({ block }) => block.header)
      },
      bodies: async (id, headers, signal) => {
        const { manner, chain } = await asked(id, this.peers.get(id)?.manner.bodies ?? 'silent', signal)
        const has = new Set(chain.map(({ context }) => bytesToHex(context.hash)))
        return headers.map((header) =>
          manner.bodies === 'none' || !has.has(bytesToHex(headerHash(header))) ? undefined : this.#bodyOf(header),
        )
      },
      body: (_, __, signal) => never(signal),
      poolHashes: async () => [],
      poolTransactions: async () => [],
    }
  }

  #bodyOf(header: Header): Body {
    const body = this.#bodies.get(header) ?? { transactions: [] }
    this.#bodies.set(header, body)
    return body
  }
}

function sharedLength(chain: readonly WorldBlock[], locator: readonly LocatorEntry[]): number {
  for (const { number, hash } of locator) {
    if (number === 0n) return 0
    const own = chain[Number(number) - 1]
    if (own !== undefined && bytesToHex(own.context.hash) === bytesToHex(hash)) return Number(number)
  }
  return 0
}

function genesisOf(): Header {
  return genesisHeader(testNetwork)
}
