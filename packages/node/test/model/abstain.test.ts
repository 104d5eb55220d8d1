import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { easyDevnet } from '@poai/testing/chain'
import { expect, it } from 'vitest'
import type { Node } from '../../src/compose-node.ts'
import { messagesOf, testFolder, testNode } from '../support/test-node.ts'

/** Long enough for some blocks and for what a node without an engine might do again and again. */
const WATCH_MS = 5_000

async function until(node: Node, isThere: (status: Node['status']) => boolean): Promise<void> {
  while (!isThere(node.status)) await delay(50)
}

it('a node that has not the model lets blocks pass by: it blames nobody, stays connected, and does not spin', async () => {
  const folder = await testFolder()
  const mining = { mine: true, 'mine-alone': true, beneficiary: `0x${'ab'.repeat(20)}` }
  const miner = testNode(join(folder, 'miner'), {
    flags: { ...mining, 'shared-addresses': true },
    params: easyDevnet,
  })
  await miner.node.start()
  await until(miner.node, ({ head }) => head.number >= 1)
  const models = join(folder, 'models')
  await mkdir(models)
  await writeFile(join(models, 'manifest.json'), JSON.stringify({ models: [] }))
  const peers = miner.node.status.addresses.join(',')
  const other = testNode(join(folder, 'other'), {
    flags: { ...mining, peers, 'log-level': 'debug', 'metrics-port': '0' },
    params: easyDevnet,
    models,
  })
  await other.node.start()
  await until(other.node, (status) => status.peers === 1)
  const [lines, height] = [other.lines.length, miner.node.status.head.number]
  await delay(WATCH_MS)
  await until(miner.node, ({ head }) => head.number > height)
  expect(other.node.status).toMatchObject({
    state: { name: 'abstaining' },
    head: { number: 0 },
    peers: 1,
    replays: { total: 0, failed: 0 },
    invalidBlocks: 0,
    miner: { state: 'waiting', attempts: 0 },
  })
  expect(other.lines.length - lines).toBeLessThan(100)
  expect(messagesOf(other)).not.toContain('Banned a peer')
  expect(messagesOf(miner)).not.toContain('Banned a peer')
})
