import { genesisHeader, type Hash32, type Header, hash32, headerHash, silentLogger, testnet } from '@poai/core'
import type { Network, Peer, SyncStatus } from '@poai/p2p'
import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { createFinalityWatch } from '../../../src/finality/finality-watch.ts'
import { Settling, type SettlingDependencies, type SettlingOptions } from '../../../src/finality/settling.ts'

const MINUTE = 60_000
const OPTIONS: SettlingOptions = {
  ...{ peers: 3, ms: 10 * MINUTE, sharedAddresses: false, alone: false, spacingSeconds: 5 },
}

const headerAt = (number: bigint): Header => ({ ...genesisHeader(testnet), number })

class World {
  readonly clock: ManualClock = new ManualClock()
  head = 100n
  peers: Peer[] = []
  sync: SyncStatus = { state: 'idle', currentBlock: 100n, highestBlock: 100n, blocksPerSecond: 0 }
  readonly settled: boolean[] = []

  /** One peer more, by default at our head. */
  add(address: string, changes: Partial<Pick<Peer, 'direction'>> & { number?: bigint; hash?: Hash32 } = {}): void {
    const { direction = 'in', number = this.head, hash = headerHash(headerAt(number)) } = changes
    const status = { headNumber: number, headHash: hash } as Peer['status']
    this.peers.push({ id: `peer ${this.peers.length}`, address, direction, status, connectedAtMs: 0 })
  }

  get dependencies(): SettlingDependencies {
    return {
      chain: {
        head: () => ({ number: this.head }),
        queries: { header: (place: bigint) => (place > this.head ? undefined : headerAt(place)) },
      } as unknown as SettlingDependencies['chain'],
      network: { peers: { connected: () => this.peers } as unknown as Network['peers'], syncStatus: () => this.sync },
      clock: this.clock,
    }
  }

  settling(changes: Partial<SettlingOptions> = {}): Settling {
    return new Settling({ ...OPTIONS, ...changes }, this.dependencies)
  }
}

/** Three peers of three networks, at our head. */
function agreed(): World {
  const world = new World()
  for (const address of ['1.1.0.1', '1.2.0.1', '1.3.0.1']) world.add(address)
  return world
}

describe('a node', () => {
  it('settles when three peers have agreed for ten minutes, and not a moment sooner', async () => {
    const world = agreed()
    const settling = world.settling()
    expect(settling.look()).toMatchObject({ isSettled: false, why: '3 peers agree, for 600 s more' })
    await world.clock.advance(10 * MINUTE - 1)
    expect(settling.look().isSettled).toBe(false)
    await world.clock.advance(1)
    expect(settling.look()).toEqual({ isSettled: true, why: '3 peers agree' })
  })

  it('does not settle with two, nor with three of which two are of one network, unless addresses are shared', () => {
    const world = new World()
    for (const address of ['1.1.0.1', '1.2.0.1', '1.2.255.1']) world.add(address)
    expect(world.settling({ ms: 0 }).look()).toMatchObject({ isSettled: false, why: '2 of 3 peers agree' })
    expect(world.settling({ ms: 0, sharedAddresses: true }).look().isSettled).toBe(true)
    world.peers.pop()
    expect(world.settling({ ms: 0, sharedAddresses: true }).look().isSettled).toBe(false)
  })

  it('does not count peers of another chain, ahead of ours, or a minute of blocks below our head', () => {
    const of = (changes: { number?: bigint; hash?: Hash32 }): boolean => {
      const world = agreed()
      world.peers.pop()
      world.add('1.3.0.1', changes)
      return world.settling({ ms: 0 }).look().isSettled
    }
    expect(of({ hash: hash32(new Uint8Array(1)) })).toBe(false)
    expect(of({ number: 101n })).toBe(false)
    expect(of({ number: 88n })).toBe(true)
    expect(of({ number: 87n })).toBe(false)
  })

  it('forgives a peer that is elsewhere for a minute, and begins anew after more', async () => {
    const world = agreed()
    const settling = world.settling({ ms: MINUTE })
    settling.look()
    const [first] = world.peers.splice(0, 1)
    world.add('1.1.0.1', { number: 101n })
    const [elsewhere] = world.peers.splice(-1)
    if (first === undefined || elsewhere === undefined) throw new RangeError()
    world.peers.push({ ...elsewhere, id: first.id })
    await world.clock.advance(MINUTE)
    expect(settling.look().isSettled).toBe(true)
    await world.clock.advance(1)
    expect(settling.look()).toMatchObject({ isSettled: false, why: '2 of 3 peers agree' })
    world.head = 101n
    expect(settling.look()).toMatchObject({ isSettled: false, why: '3 peers agree, for 60 s more' })
  })

  it('begins anew when it has something to catch up', async () => {
    const world = agreed()
    const settling = world.settling({ ms: MINUTE })
    settling.look()
    await world.clock.advance(MINUTE)
    world.sync = { ...world.sync, state: 'blocks', highestBlock: 500n }
    expect(settling.look()).toMatchObject({ isSettled: false, why: 'catching up: block 100 of 500' })
    world.sync = { ...world.sync, state: 'idle' }
    expect(settling.look().isSettled).toBe(false)
  })

  it('asks those that it dialled itself, where they are enough', () => {
    const world = agreed()
    for (const address of ['2.1.0.1', '2.2.0.1', '2.3.0.1']) {
      world.add(address, { direction: 'out', hash: hash32(new Uint8Array(1)) })
    }
    expect(world.settling({ ms: 0 }).look().isSettled).toBe(false)
    world.peers.pop()
    expect(world.settling({ ms: 0 }).look().isSettled).toBe(true)
  })

  it('trusts itself where there is no network, and alone if it mines alone', () => {
    const world = new World()
    expect(new Settling(OPTIONS, { ...world.dependencies, network: undefined }).look().isSettled).toBe(true)
    expect(world.settling({ alone: true }).look().isSettled).toBe(true)
    expect(world.settling().look().isSettled).toBe(false)
    world.add('1.1.0.1')
    expect(world.settling({ alone: true }).look().isSettled).toBe(false)
  })
})

it('the watch tells the chain each second, and no more once it has stopped', async () => {
  const world = agreed()
  const { chain, network } = world.dependencies
  const watched = {
    ...chain,
    finalized: () => ({ number: 0n, hash: hash32(new Uint8Array(0)) }),
    settle: (isSettled: boolean) => world.settled.push(isSettled),
  }
  const watch = createFinalityWatch(
    { ...OPTIONS, ms: 2000 },
    { chain: watched, network, clock: world.clock, logger: silentLogger },
  )
  await watch.start()
  await world.clock.advance(1000)
  await world.clock.advance(1000)
  expect(watch.standing().isSettled).toBe(true)
  await watch.stop()
  expect(world.settled).toEqual([false, false, true, false])
})
