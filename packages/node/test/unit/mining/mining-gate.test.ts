import { AppError, Emitter, silentLogger } from '@poai/core'
import type { Network, PeerChange, SyncStatus } from '@poai/p2p'
import { expect, it } from 'vitest'
import type { EngineServiceStatus } from '../../../src/engine/engine-service.ts'
import { createMiningGate, type MiningGateDependencies } from '../../../src/mining/mining-gate.ts'

class World {
  engineStatus: EngineServiceStatus = { state: 'ready', reason: undefined, engine: undefined }
  sync: SyncStatus = { state: 'idle', currentBlock: 5n, highestBlock: 5n, blocksPerSecond: 0 }
  connected = 1
  readonly engineChanges: Emitter<EngineServiceStatus> = new Emitter('judge', silentLogger)
  readonly syncChanges: Emitter<SyncStatus> = new Emitter('sync', silentLogger)
  readonly peerChanges: Emitter<PeerChange> = new Emitter('peers', silentLogger)

  get dependencies(): MiningGateDependencies {
    const world = this
    const peers = { connected: () => Array(world.connected).fill({}) } as unknown as Network['peers']
    return {
      engine: {
        get status() {
          return world.engineStatus
        },
        onChange: world.engineChanges.subscribe,
      },
      network: {
        peers,
        syncStatus: () => world.sync,
        onSyncChange: world.syncChanges.subscribe,
        onPeerChange: world.peerChanges.subscribe,
      },
      logger: silentLogger,
    }
  }
}

it('is open for a node that judges, has a peer and has caught up', () => {
  expect(createMiningGate({ alone: false }, new World().dependencies).closedBecause()).toBeUndefined()
})

it('waits for the self-test, and stays closed for a node that abstains', () => {
  const world = new World()
  const gate = createMiningGate({ alone: true }, world.dependencies)
  world.engineStatus = { ...world.engineStatus, state: 'self-test' }
  expect(gate.closedBecause()).toBe('the self-test is not done yet')
  world.engineStatus = { ...world.engineStatus, state: 'abstaining', reason: new AppError('X_Y', 'no model') }
  expect(gate.closedBecause()).toBe('this node abstains: no model')
})

it('waits for the first peer, unless it may mine alone', () => {
  const world = new World()
  world.connected = 0
  expect(createMiningGate({ alone: false }, world.dependencies).closedBecause()).toContain('no peers yet')
  expect(createMiningGate({ alone: true }, world.dependencies).closedBecause()).toBeUndefined()
  expect(
    createMiningGate({ alone: false }, { ...world.dependencies, network: undefined }).closedBecause(),
  ).toBeUndefined()
})

it('waits while the node is more than two blocks behind', () => {
  const world = new World()
  const gate = createMiningGate({ alone: false }, world.dependencies)
  world.sync = { state: 'blocks', currentBlock: 5n, highestBlock: 7n, blocksPerSecond: 1 }
  expect(gate.closedBecause()).toBeUndefined()
  world.sync = { ...world.sync, highestBlock: 8n }
  expect(gate.closedBecause()).toBe('catching up: block 5 of 8')
  world.sync = { ...world.sync, state: 'headers' }
  expect(gate.closedBecause(), 'of which no block comes in').toBeUndefined()
})

it('tells when the answer may have changed', () => {
  const world = new World()
  const gate = createMiningGate({ alone: false }, world.dependencies)
  let told = 0
  gate.onChange(() => told++)
  world.engineChanges.emit(world.engineStatus)
  world.syncChanges.emit(world.sync)
  expect(told).toBe(2)
})
