import type { ChainContext } from '@poai/consensus'
import { createBlockCodecs, createTransactionCodec } from '@poai/core'
import { testNetwork } from '@poai/testing/chain'
import type { AttackSize, StrangerCase } from '@poai/testing/strangers'
import { type Manner, type ShownBlock, serveFalsely } from '../support/false-server.ts'
import { type ForgedBlock, forgeBlock } from '../support/forged-blocks.ts'
import { type HostileClient, startHostileClient } from '../support/hostile-client.ts'
import { mineBlock } from '../support/mine-block.ts'
import { startNode, systemClock, type TestNode } from '../support/start-node.ts'

const codecs = createBlockCodecs(createTransactionCodec(testNetwork.chainId))
const SECONDS: Readonly<Record<AttackSize, number>> = { test: 12, full: 180 }
const NAMES = 10
const ADDRESSES = 4
/** More than a gap that the gate takes for small. */
const HEADERS = 10
/** Just within the time that bodies may take. */
const MANNER: Manner = { headersAfterMs: 0, bodiesAfterMs: 18_500, bodies: 'none' }
const BLOCK_MS = 1000
const LOOK_MS = 20
/** How often a name shows headers on top of the newest block. */
const RENEW_MS = 2000

/** Names that show headers whose claims were ground, heavier than ours, and never send their bodies. */
export const stranger: StrangerCase = {
  name: 'mining-gate',
  attack: `${NAMES} names from ${ADDRESSES} addresses show ${HEADERS} ground headers each, and say after 18.5 s that they have no bodies`,
  before: 'gate closed 96 to 100 % of the time, no offence, no ban',
  bound: 'the gate is open for 95 % of 180 s (12 s in the test), and blocks are mined',
  run: async (size) => {
    const victim = await startNode({ network: { limits: { sharedAddresses: false } } })
    // The gate waits for a first peer.
    const neighbour = await startNode()
    const { chain, network } = victim
    const clients: HostileClient[] = []
    let mining: Promise<void> | undefined
    const isOver = new AbortController()
    try {
      network.peers.add(neighbour.network.addresses()[0] ?? '')
      const [address = ''] = network.addresses()
      for (let index = 0; index < NAMES; index++) {
        const from = `127.0.4.${1 + (index % ADDRESSES)}`
        const client = await startHostileClient({ params: testNetwork, victim: address, from })
        clients.push(client)
        void flood(client, index, { head: () => chain.head(), signal: isOver.signal })
      }
      const begin = chain.head().number
      mining = mineWhile(victim, isOver.signal)
      const share = await openShare(() => isOpen(victim), SECONDS[size] * 1000)
      const mined = Number(chain.head().number - begin)
      const { offences, bans } = network.figures().peers
      const measured = `open ${(share * 100).toFixed(1)} % of ${SECONDS[size]} s, ${mined} blocks mined; ${bans} bans, ${JSON.stringify(offences)}`
      return { measured, holds: share >= 0.95 && mined > 0 }
    } finally {
      isOver.abort()
      await mining
      for (const client of clients) await client.close().catch(() => undefined)
      await Promise.all([victim.stop(), neighbour.stop()])
    }
  },
}

/** Another forged chain on top of the victim's newest block again and again, until it is thrown out. */
async function flood(
  client: HostileClient,
  salt: number,
  { head, signal }: { readonly head: () => ChainContext; readonly signal: AbortSignal },
): Promise<void> {
  const shown: ShownBlock[] = []
  const renew = (): {
    readonly headNumber: bigint
    readonly headHash: ChainContext['hash']
    readonly totalWork: bigint
  } => {
    const forged = forge(head(), salt)
    shown.splice(0, shown.length, ...forged.map(({ block }) => block))
    const tip = forged.at(-1)?.context ?? head()
    return { headNumber: tip.number, headHash: tip.hash, totalWork: tip.totalWork }
  }
  try {
    await serveFalsely(client, shown, { codecs, manner: MANNER, claims: renew() })
    while (!signal.aborted && client.isConnected) {
      await systemClock.sleep(RENEW_MS, signal)
      await client.tell(renew())
    }
  } catch {
    // Thrown out, or the end.
  }
}

/**
 * A second apart: what is much later than now is left for later. None of them has an empty body, which nobody needs to
 * ask for.
 */
function forge(parent: ChainContext, salt: number): readonly ForgedBlock[] {
  const blocks: ForgedBlock[] = []
  let tip = parent
  for (let index = 0; index < HEADERS; index++) {
    const forged = forgeBlock(testNetwork, tip, {
      salt: 1000 * salt + index,
      changes: { timestamp: tip.timestamp + 1n, transactionsRoot: tip.hash },
    })
    blocks.push(forged)
    tip = forged.context
  }
  return blocks
}

/** How much of the time a condition holds. */
async function openShare(isOpen: () => boolean, forMs: number): Promise<number> {
  const end = performance.now() + forMs
  let [looks, open] = [0, 0]
  while (performance.now() < end) {
    looks++
    if (isOpen()) open++
    await systemClock.sleep(LOOK_MS)
  }
  return open / looks
}

/** The rule of a node's mining gate, which this package cannot import: see `isBehind` of packages/node. */
function isOpen({ network }: TestNode): boolean {
  const { state, currentBlock, highestBlock } = network.syncStatus()
  return state !== 'blocks' || highestBlock <= currentBlock + 2n
}

/** A block a second, as long as the gate is open. */
async function mineWhile(node: TestNode, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (isOpen(node)) await mineBlock(node.chain, testNetwork)
    await systemClock.sleep(BLOCK_MS, signal).catch(() => undefined)
  }
}
