import { AppError } from '@poai/core'
import type { SyncStatus } from '@poai/p2p'
import { expect, it } from 'vitest'
import { isAlive, isReady } from '../../../src/status/health.ts'
import { type Circumstances, stateOf } from '../../../src/status/state-of.ts'

const idle: SyncStatus = { state: 'idle', currentBlock: 10n, highestBlock: 10n, blocksPerSecond: 0 }
const behind: SyncStatus = {
  state: 'blocks',
  currentBlock: 100n,
  highestBlock: 400n,
  blocksPerSecond: 12.5,
  secondsLeft: 23.4,
}
const calm: Circumstances = {
  engine: { state: 'ready', reason: undefined, engine: undefined },
  callable: [],
  miner: { state: 'paused', reason: undefined },
  gateClosedBecause: undefined,
  network: { sync: idle, peers: 3 },
  isAlone: false,
}
const noDelay = { mean: 0, p99: 0, max: 0 }

it.each<[string, Partial<Circumstances>, ReturnType<typeof stateOf>]>([
  ['follows', {}, { name: 'following' }],
  ['mines', { miner: { state: 'mining', reason: undefined } }, { name: 'mining' }],
  ['mines between two templates', { miner: { state: 'waiting', reason: 'blocks come faster' } }, { name: 'mining' }],
  [
    'mines without a network',
    { miner: { state: 'mining', reason: undefined }, network: undefined },
    { name: 'mining' },
  ],
  [
    'follows where mining failed',
    { miner: { state: 'failed', reason: 'x' } },
    { name: 'following', detail: 'mining failed: x' },
  ],
  [
    'waits for nobody where it is to be alone',
    { network: { sync: idle, peers: 0 }, isAlone: true },
    { name: 'following' },
  ],
  ['waits for peers', { network: { sync: idle, peers: 0 } }, { name: 'no-peers' }],
  [
    'waits for peers to mine',
    {
      miner: { state: 'waiting', reason: 'no peers' },
      gateClosedBecause: 'no peers',
      network: { sync: idle, peers: 0 },
    },
    { name: 'no-peers', detail: 'no peers' },
  ],
  [
    'catches up, whatever else',
    { network: { sync: behind, peers: 3 }, miner: { state: 'waiting', reason: 'x' } },
    { name: 'syncing', detail: 'block 100 of 400 (25 %), 13 blocks/s, 24 s left' },
  ],
  [
    'is not behind by a block that is being fetched',
    { network: { sync: { ...behind, highestBlock: 102n }, peers: 1 } },
    { name: 'following' },
  ],
  [
    'is behind by three',
    { network: { sync: { ...behind, highestBlock: 103n }, peers: 1 } },
    expect.objectContaining({ name: 'syncing' }),
  ],
  [
    'says which model is missing that contracts may call',
    { callable: [{ name: 'talker', state: 'abstaining', reason: new AppError('X_Y', 'no file'), engine: undefined }] },
    { name: 'following', detail: 'blocks that call talker cannot be judged: no file' },
  ],
  [
    'abstains, before all else',
    {
      engine: { state: 'abstaining', reason: new AppError('X_Y', 'no model'), engine: undefined },
      network: { sync: behind, peers: 0 },
    },
    { name: 'abstaining', detail: 'no model' },
  ],
])('a node %s', (_what, circumstances, state) => {
  expect(stateOf({ ...calm, ...circumstances })).toEqual(state)
})

it('is ready when it has caught up and judges, and alive unless it is stuck or over', () => {
  const ready = (['mining', 'following', 'syncing', 'no-peers', 'abstaining', 'loading', 'stopping'] as const).map(
    (name) => isReady({ name }).isWell,
  )
  expect(ready).toEqual([true, true, false, false, false, false, false])
  expect(isAlive({ name: 'abstaining' }, noDelay).isWell).toBe(true)
  expect(isAlive({ name: 'stopped' }, noDelay).isWell).toBe(false)
  expect(isAlive({ name: 'mining' }, { ...noDelay, p99: 5 })).toEqual({
    isWell: false,
    text: 'mining, too busy to answer',
  })
  expect(isReady({ name: 'syncing', detail: 'block 1 of 2' }).text).toBe('syncing: block 1 of 2')
})
