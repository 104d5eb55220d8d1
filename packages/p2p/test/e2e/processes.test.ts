import { signTransaction } from '@poai/testing/chain'
import { afterEach, describe, expect, it } from 'vitest'
import { type ClusterNode, regularGraph, seededRandom, startCluster, until } from '../support/cluster.ts'
import { clusterNetwork, SENDING_WALLETS } from '../support/cluster-network.ts'

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
})
