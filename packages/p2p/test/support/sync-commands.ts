import { defined } from '@poai/core'
import fc from 'fast-check'
import { HONEST, SyncWorld, type WorldChains, type WorldManner } from './sync-world.ts'

/** What must be true of a node whatever its peers do. It knows nothing of how the node works. */
interface Model {
  /** Honest blocks that anybody could show at most. */
  readonly highest: bigint
}

type Command = fc.AsyncCommand<Model, SyncWorld>

/** As long as a peer that was paused for nothing could have to wait, twice. */
const SETTLE_MS = 1_500_000

/** Names that come at one time. */
const CROWD = 16

class Act implements Command {
  readonly #name: string
  readonly #act: (world: SyncWorld) => void | Promise<void>

  constructor(name: string, act: (world: SyncWorld) => void | Promise<void>) {
    this.#name = name
    this.#act = act
  }

  check(): boolean {
    return true
  }

  async run(model: Model, world: SyncWorld): Promise<void> {
    const before = world.head.totalWork
    await this.#act(world)
    checkAlways(model, world)
    if (world.head.totalWork < before) throw new Error('the node went back to less work')
  }

  toString(): string {
    return this.#name
  }
}

function checkAlways({ highest }: Model, world: SyncWorld): void {
  if (!world.isHonest) throw new Error('the node adopted a forged block')
  const { state, highestBlock } = world.sync.status()
  if (state !== 'idle' && highestBlock > highest) throw new Error(`the node follows a forged chain to ${highestBlock}`)
  const [wrong] = world.wrongs
  if (wrong !== undefined) throw new Error(`an honest peer was blamed: ${wrong}`)
}

const manner: fc.Arbitrary<WorldManner> = fc.record({
  headers: fc.constantFrom('right', 'silent', 'late', 'short'),
  bodies: fc.constantFrom('right', 'none', 'silent'),
  isBoasting: fc.boolean(),
})
const address = fc.constantFrom('198.51.100.1', '198.51.100.2', '203.0.113.9')
const direction = fc.constantFrom<'in' | 'out'>('in', 'out')

function pick<Value>(values: readonly Value[], index: number): Value | undefined {
  return values.length === 0 ? undefined : values[index % values.length]
}

function commands(chains: WorldChains): fc.Arbitrary<Iterable<Command>> {
  const all = [...chains.forged, ...chains.honest]
  const place = fc.record({ address, direction })
  const honestTip = fc.record({ chain: fc.nat(chains.honest.length - 1), length: fc.integer({ min: 1, max: 70 }) })
  const tipOf = ({
    chain,
    length,
  }: {
    readonly chain: number
    readonly length: number
  }): WorldChains['honest'][number] => chains.honest[chain]?.slice(0, length) ?? []
  const hostile = fc
    .tuple(fc.nat(all.length - 1), manner, place)
    .map(
      ([index, how, where]) =>
        new Act(`hostile ${index} ${JSON.stringify({ ...how, ...where })}`, (world) =>
          world.join({ manner: how, chain: all[index] ?? [], isHonest: false }, where),
        ),
    )
  const honest = fc
    .tuple(honestTip, direction, fc.nat(200))
    .map(
      ([tip, way, last]) =>
        new Act(`honest ${JSON.stringify(tip)} ${way}`, (world) =>
          world.join(
            { manner: HONEST, chain: tipOf(tip), isHonest: true },
            { address: `192.0.2.${last}`, direction: way },
          ),
        ),
    )
  // As many strangers as there are places for them, and more.
  const crowd = fc.constantFrom<WorldManner['headers']>('silent', 'late').map(
    (headers) =>
      new Act(`crowd ${headers}`, (world) => {
        for (let index = 0; index < CROWD; index++) {
          const where = { address: `198.51.100.${10 + (index % 4)}`, direction: 'in' } as const
          const how: WorldManner = { headers, bodies: 'silent', isBoasting: true }
          world.join({ manner: how, chain: all[0] ?? [], isHonest: false }, where)
        }
      }),
  )
  const leave = fc.nat(20).map(
    (index) =>
      new Act(`leave ${index}`, (world) => {
        const id = pick(world.connectedIds(), index)
        if (id !== undefined) world.leave(id)
      }),
  )
  const move = fc.tuple(fc.nat(20), honestTip).map(
    ([index, tip]) =>
      new Act(`move ${index} ${JSON.stringify(tip)}`, (world) => {
        const id = pick(world.connectedIds(), index)
        const peer = id === undefined ? undefined : world.peers.get(id)
        const work = peer?.chain.at(-1)?.context.totalWork ?? 0n
        // Honest nodes only move to more work.
        if (peer?.isHonest === true && (tipOf(tip).at(-1)?.context.totalWork ?? 0n) > work)
          world.move(peer.id, tipOf(tip))
      }),
  )
  const gap = fc.nat(20).map(
    (index) =>
      new Act(`gap ${index}`, (world) => {
        const id = pick(world.connectedIds(), index)
        const { hash } = world.head
        if (id !== undefined) world.sync.onGap(id, { hash, missing: hash })
      }),
  )
  const pass = fc
    .constantFrom(500, 1000, 3000, 10_000, 30_000)
    .map((ms) => new Act(`pass ${ms}`, (world) => world.pass(ms)))
  return fc.commands([hostile, crowd, honest, leave, move, gap, pass], { maxCommands: 24 })
}

/**
 * Lets peers come, go, lie, forge, stall and cut as chance has it, and compares the node with what must be true of it:
 * it never adopts a forged block, never follows a forged chain, blames no honest peer, and ends on the heaviest honest
 * chain that a connected peer has, at rest.
 */
export async function checkSyncModel(
  chains: WorldChains,
  options: { readonly runs: number; readonly seed?: number },
): Promise<void> {
  const highest = chains.honest.reduce((most, { length }) => (BigInt(length) > most ? BigInt(length) : most), 0n)
  const { runs: numRuns, seed } = options
  await fc.assert(
    fc.asyncProperty(commands(chains), async (steps) => {
      const world = new SyncWorld(chains)
      await world.sync.start()
      try {
        await fc.asyncModelRun(() => ({ model: { highest }, real: world }), steps)
        const isSettled = await world.passUntil(
          () => world.head.totalWork >= world.bestHonestWork && world.sync.status().state === 'idle',
          SETTLE_MS,
        )
        checkAlways({ highest }, world)
        if (!isSettled) {
          throw new Error(`stays at ${world.head.totalWork} of ${world.bestHonestWork}, ${world.sync.status().state}`)
        }
      } finally {
        const stopped = world.sync.stop()
        await world.pass(500)
        await stopped
      }
    }),
    { numRuns, ...defined({ seed }) },
  )
}
