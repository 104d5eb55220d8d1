import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonValue } from '@poai/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { heightIn, isRunning, type RunningNode, startNode, stateIn } from '../support/node-process.ts'

const BENEFICIARY = '0x00000000000000000000000000000000000000aa'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'poai-mining-node-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

function start(name: string, args: readonly string[] = []): RunningNode {
  return startNode(join(folder, name), ['--home', join(folder, 'home'), ...args])
}

async function workersOf(node: RunningNode): Promise<readonly number[]> {
  const engine = (await node.call('poai_engine')) as { readonly workers: readonly { readonly pid: number }[] }
  return engine.workers.map(({ pid }) => pid)
}

function numbersIn(status: { readonly [name: string]: JsonValue }, name: string): { readonly [name: string]: number } {
  return status[name] as { readonly [name: string]: number }
}

it('mines alone, loses nothing when it is killed, and stops without leaving a process behind', async () => {
  const args = ['--mine', '--mine-alone', '--beneficiary', BENEFICIARY]
  const first = start('alone', args)
  const status = await first.until((found) => heightIn(found) >= 3)
  expect(stateIn(status)).toBe('mining')
  expect(numbersIn(status, 'replays')['failed']).toBe(0)
  expect(numbersIn(status, 'replays')['total']).toBeGreaterThanOrEqual(3)
  const orphaned = await workersOf(first)
  expect(orphaned).toHaveLength(1)
  first.child.kill('SIGKILL')
  expect(await first.ended()).toBe('SIGKILL')
  const again = start('alone', args)
  const atStart = await again.until(() => true)
  expect(heightIn(atStart)).toBeGreaterThanOrEqual(heightIn(status))
  const later = await again.until((found) => heightIn(found) > heightIn(atStart))
  expect(stateIn(later)).toBe('mining')
  const workers = await workersOf(again)
  again.child.kill('SIGTERM')
  expect(await again.ended()).toBe(0)
  expect([...orphaned, ...workers].filter(isRunning)).toEqual([])
})

it('follows another node that mines, replaying every block, and mines on when it is told to', async () => {
  const miner = start('miner', ['--mine', '--beneficiary', BENEFICIARY])
  const follower = start('follower')
  // Mining waits for the first peer.
  const waiting = await miner.until((found) => stateIn(found) === 'no-peers')
  expect(heightIn(waiting)).toBe(0)
  await follower.until((found) => stateIn(found) === 'no-peers')
  const [address = ''] = waiting['addresses'] as readonly string[]
  await follower.call('admin_addPeer', [address])
  const followed = await follower.until((found) => heightIn(found) >= 2)
  expect(stateIn(followed)).toBe('following')
  expect(numbersIn(followed, 'replays')).toMatchObject({ failed: 0 })
  expect(numbersIn(followed, 'replays')['total']).toBeGreaterThanOrEqual(2)
  await miner.call('miner_stop')
  await follower.call('miner_setEtherbase', [BENEFICIARY])
  await follower.call('miner_start')
  const mined = await follower.until((found) => (numbersIn(found, 'miner')['blocksAccepted'] ?? 0) >= 1)
  await miner.until((found) => heightIn(found) >= heightIn(mined))
  for (const node of [miner, follower]) node.child.kill('SIGTERM')
  expect(await Promise.all([miner.ended(), follower.ended()])).toEqual([0, 0])
})
