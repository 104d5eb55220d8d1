import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Chain, type HeadEvent, SIDE_DEFAULTS } from '@poai/chain'
import type { ExamEvaluator } from '@poai/consensus'
import {
  type Block,
  bytesToHex,
  createBlockCodecs,
  createTransactionCodec,
  Emitter,
  type Hash32,
  headerHash,
  silentLogger,
  type Transaction,
  transactionsRoot,
} from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { ChainGenerator, type GeneratedBlock, signTransaction, testWallet, WALLETS } from '@poai/testing/chain'
import type { StrangerCase } from '@poai/testing/strangers'
import { until } from '../support/cluster.ts'
import { clusterNetwork } from '../support/cluster-network.ts'
import { type StartNodeOptions, startNode, type TestNode } from '../support/start-node.ts'

const params = clusterNetwork()
const codecs = createBlockCodecs(createTransactionCodec(params.chainId))
/** How much later than its parent the block is whose children cost the least that there is. */
const LATE_SECONDS = 3600n
const DATA_BYTES = 90_000
const ATTACKERS = 4
/** How long a block may take to be fetched and judged. */
const PATIENCE_MS = 5000
const SIZES = { test: { siblings: 40, transactions: 4 }, full: { siblings: 1000, transactions: 20 } } as const

/** Bytes that no database makes smaller. */
function noise(seed: number): Uint8Array {
  return createHash('shake256', { outputLength: DATA_BYTES }).update(`noise ${seed}`).digest()
}

/** Well signed, and nobody who signs has a coin. */
function unfunded(count: number): readonly Transaction[] {
  return Array.from({ length: count }, (_, index) =>
    signTransaction(params.chainId, testWallet(`nobody ${index}`), {
      ...{ nonce: 0n, to: WALLETS[0]?.address, data: noise(index) },
      gasLimit: 1_400_000n,
    }),
  )
}

/** A stranger's node, which shows blocks that its own chain has never taken. */
interface Attacker {
  readonly node: TestNode
  /** Announces a block as a new head, and serves its body to who asks for it. */
  announce(block: Block): void
  stop(): Promise<void>
}

async function startAttacker(): Promise<Attacker> {
  const heads: Emitter<HeadEvent> = new Emitter('false head', silentLogger)
  const shown = new Map<string, Block>()
  const shownChain = (chain: Chain): Chain => ({
    ...chain,
    onHead: heads.subscribe,
    queries: {
      ...chain.queries,
      block: async (place) => {
        const block = place instanceof Uint8Array ? shown.get(bytesToHex(place)) : undefined
        return block ?? chain.queries.block(place)
      },
    },
  })
  const node = await startNode({ params, shownChain })
  return {
    node,
    announce: (block) => {
      const hash = headerHash(block.header)
      shown.set(bytesToHex(hash), block)
      heads.emit({ head: node.chain.head(), removed: [], added: [{ hash, block, receipts: [] }] })
    },
    stop: () => node.stop(),
  }
}

async function connect(from: TestNode, to: TestNode): Promise<void> {
  const [address = ''] = to.network.addresses()
  from.network.peers.add(address)
  const isConnected = async (): Promise<boolean> =>
    from.network.peers.connected().some(({ id }) => id === to.network.peerId)
  await until('they are connected', 20_000, isConnected)
}

async function untilHead(nodes: readonly TestNode[], { hash }: GeneratedBlock): Promise<void> {
  await until('they have the block', 20_000, async () =>
    nodes.every(({ chain }) => Buffer.compare(chain.head().hash, hash) === 0),
  )
}

async function folderBytes(folder: string): Promise<number> {
  const sizes = await Promise.all(
    (await readdir(folder, { recursive: true })).map(async (name) => (await stat(join(folder, name))).size),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Honest blocks, the last but one late: what stands beside the last one costs next to nothing. */
async function growLate(generator: ChainGenerator): Promise<readonly GeneratedBlock[]> {
  const trunk = await generator.grow(generator.genesis, 3)
  const base = trunk.at(-1) ?? generator.genesis
  const late = await generator.child(base, { header: { timestamp: base.context.timestamp + LATE_SECONDS } })
  return [...trunk, late, await generator.child(late)]
}

/** What blocks after a late one do to a disk, and to the neighbours. */
export const stranger: StrangerCase = {
  name: 'side-blocks',
  attack:
    'siblings behind one late block, full of signed transactions that nobody can pay, by gossip from several names',
  before: '40 of 40 stored (+38 MiB at 2 MiB each, pruned 1,024 blocks later), 10 of 10 forwarded',
  bound: `at most ${SIDE_DEFAULTS.maxPerHeight} of a height and ${SIDE_DEFAULTS.maxBytes / 2 ** 20} MiB in all on disk, as many replays, no byte forwarded; an honest block gets round meanwhile`,
  run: async (size) => {
    const { siblings, transactions: count } = SIZES[size]
    const model = createFakeEngine()
    await model.start()
    const generator = new ChainGenerator({ params, evaluator: model })
    const chain = await growLate(generator)
    const [parent, tip] = [chain.at(-2) ?? generator.genesis, chain.at(-1) ?? generator.genesis]
    const transactions = unfunded(count)
    const bodyBytes = codecs.body.encode({ transactions }).length
    const directory = await mkdtemp(join(tmpdir(), 'poai-side-blocks-'))
    let evaluations = 0
    const passes: StartNodeOptions['passes'] = (inner: ExamEvaluator): ExamEvaluator => ({
      evaluate: (requests, options) => {
        evaluations += requests.length
        return inner.evaluate(requests, options)
      },
    })
    const victim = await startNode({ params, directory, passes })
    const neighbour = await startNode({ params })
    const attackers = await Promise.all(Array.from({ length: ATTACKERS }, startAttacker))
    const honest = [victim, neighbour, ...attackers.map(({ node }) => node)]
    try {
      for (const node of honest) for (const { block } of chain.slice(0, -1)) await node.chain.importBlock(block)
      await connect(neighbour, victim)
      await Promise.all(attackers.map(({ node }) => connect(node, victim)))
      await victim.chain.importBlock(tip.block)
      await untilHead(honest, tip)
      const before = { disk: await folderBytes(directory), evaluations, heard: heardOf(neighbour) }
      const hashes: Hash32[] = []
      for (let index = 0; index < siblings; index++) {
        const empty = generator.emptyHeader(parent)
        const extraData = Uint8Array.of(index >> 8, index & 255)
        const planned = { ...empty, extraData, transactionsRoot: transactionsRoot(transactions), gasUsed: 21_000n }
        const header = await generator.seal(planned, parent.context)
        hashes.push(headerHash(header))
        const judged = heardOf(victim)
        attackers[index % ATTACKERS]?.announce({ header, body: { transactions } })
        // A name that is banned by now is not heard any more.
        await until('it is judged', PATIENCE_MS, async () => heardOf(victim) > judged).catch(() => undefined)
      }
      const stored = hashes.filter((hash) => victim.chain.queries.header(hash) !== undefined).length
      const disk = (await folderBytes(directory)) - before.disk
      const replays = evaluations - before.evaluations
      const heard = heardOf(neighbour) - before.heard
      const next = await generator.child(tip)
      await victim.chain.importBlock(next.block)
      await untilHead([neighbour], next)
      const { maxPerHeight, maxBytes } = SIDE_DEFAULTS
      const isKept = stored <= maxPerHeight && disk <= maxBytes && replays <= maxPerHeight && heard === 0
      const figures = [
        `${siblings} siblings of ${(bodyBytes / 2 ** 20).toFixed(2)} MiB: ${stored} stored`,
        `${(disk / 2 ** 20).toFixed(1)} MiB on disk, ${replays} replays, ${heard} messages forwarded`,
      ]
      // None stored would be an attack that did not reach the node.
      return { measured: figures.join(', '), holds: isKept && stored > 0 }
    } finally {
      await Promise.all([...attackers.map((attacker) => attacker.stop()), victim.stop(), neighbour.stop()])
      await model.stop()
      await rm(directory, { recursive: true, force: true })
    }
  },
}

/** Messages about blocks. */
function heardOf({ network }: TestNode): number {
  const { accepted, ignored, rejected } = network.figures().blocks
  return accepted + ignored + rejected
}
