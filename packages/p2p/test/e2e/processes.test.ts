import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBlockCodecs, createTransactionCodec } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { ChainGenerator, signTransaction } from '@poai/testing/chain'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type ClusterNode,
  regularGraph,
  seededRandom,
  startCluster,
  startClusterNode,
  until,
} from '../support/cluster.ts'
import { clusterNetwork, SENDING_WALLETS } from '../support/cluster-network.ts'

/** Blocks to catch up with, and where a node is killed in the middle of replays: between two synced commits. */
const LENGTH = 160
const KILLED_AT = 100

let nodes: readonly ClusterNode[] = []

afterEach(async () => {
  await Promise.all(nodes.map((node) => node.kill()))
  nodes = []
})

function transfer(sender: number): string {
  const wallet = SENDING_WALLETS[sender]
  if (wallet === undefined) throw new RangeError()
  const plan = { nonce: 0n, to: wallet.address, value: 1n }
  return Buffer.from(signTransaction(clusterNetwork().chainId, wallet, plan).bytes).toString('base64')
}

async function blocksInBase64(count: number): Promise<readonly string[]> {
  const params = clusterNetwork()
  const engine = createFakeEngine()
  await engine.start()
  const generator = new ChainGenerator({ params, evaluator: engine })
  const codec = createBlockCodecs(createTransactionCodec(params.chainId)).block
  const blocks = await generator.grow(generator.genesis, count)
  return blocks.map(({ block }) => Buffer.from(codec.encode(block)).toString('base64'))
}

async function sameEverywhere(alive: readonly ClusterNode[], head: number): Promise<boolean> {
  const looks = await Promise.all(alive.map((node) => node.look()))
  return looks.every(
    (look) => look.head === head && look.headHash === looks[0]?.headHash && look.pool.digest === looks[0]?.pool.digest,
  )
}

describe('nodes in processes of their own', () => {
  it('have one chain and one pool, also after one of them was killed', async () => {
    nodes = await startCluster(4, regularGraph(4, 2, seededRandom(1)))
    const [a, b, c, d] = nodes as [ClusterNode, ClusterNode, ClusterNode, ClusterNode]
    await a.ask({ kind: 'add', transactions: [transfer(0), transfer(1)] })
    await until('all have both', 90_000, async () => {
      const looks = await Promise.all(nodes.map((node) => node.look()))
      return looks.every(({ pool }) => pool.size === 2)
    })
    await c.ask({ kind: 'mine' })
    await until('all have the block', 90_000, () => sameEverywhere(nodes, 1))
    await d.kill()
    await b.ask({ kind: 'add', transactions: [transfer(2)] })
    await b.ask({ kind: 'mine' })
    await until('the others go on', 90_000, () => sameEverywhere([a, b, c], 2))
    expect((await a.look()).mined).toBe(3)
    await Promise.all([a, b, c].map((node) => node.stop()))
  })

  it('go on with catching up where they were killed', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'poai-resume-'))
    try {
      const server = await startClusterNode()
      nodes = [server]
      for (const block of await blocksInBase64(LENGTH)) await server.ask({ kind: 'import', block })
      const first = await startClusterNode({ directory })
      nodes = [server, first]
      await first.ask({ kind: 'hang', above: KILLED_AT })
      await first.ask({ kind: 'connect', address: server.address })
      await until('more is on its way', 90_000, async () => {
        const look = await first.look()
        return look.head === KILLED_AT && look.replays > KILLED_AT
      })
      await first.kill()
      const second = await startClusterNode({ directory })
      nodes = [server, second]
      expect((await second.look()).head).toBe(KILLED_AT)
      await second.ask({ kind: 'connect', address: server.address })
      await until('all is there', 90_000, async () => (await second.look()).head === LENGTH)
      const [end, wanted] = [await second.look(), await server.look()]
      expect(end.headHash).toBe(wanted.headHash)
      expect(end.replays).toBe(LENGTH - KILLED_AT)
      await Promise.all(nodes.map((node) => node.stop()))
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })
})
