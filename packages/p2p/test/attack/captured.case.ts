import type { ChainContext } from '@poai/consensus'
import { createBlockCodecs, createTransactionCodec, defined } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { ChainGenerator, type GeneratedBlock, testNetwork, WALLETS } from '@poai/testing/chain'
import type { AttackSize, StrangerCase } from '@poai/testing/strangers'
import { until } from '../support/cluster.ts'
import { type Manner, type ShownBlock, serveFalsely } from '../support/false-server.ts'
import { forgeBlock } from '../support/forged-blocks.ts'
import { startHostileClient } from '../support/hostile-client.ts'
import { startNode, systemClock, type TestNode } from '../support/start-node.ts'

const codecs = createBlockCodecs(createTransactionCodec(testNetwork.chainId))

interface Size {
  readonly honest: number
  /** Blocks that the attacker worked for, as easy as there are. */
  readonly worked: number
  /** Headers after them whose claims it ground. */
  readonly ground: number
  readonly rounds: number
}

const SIZES: Readonly<Record<AttackSize, Size>> = {
  test: { honest: 60, worked: 20, ground: 1200, rounds: 1 },
  // Deeper than what becomes final by depth, and more headers than are held at one time.
  full: { honest: 450, worked: 202, ground: 33_000, rounds: 5 },
}
/** Seconds between two easy blocks: the target rises to the easiest one. */
const LATE_SECONDS = 60n
/** How long the attacker is alone with the victim. */
const ALONE_MS = 2500
const LIMIT_MS = 60_000
const MANNER: Manner = { headersAfterMs: 0, bodiesAfterMs: 0, bodies: 'right' }

/** A victim and who comes first. */
interface Scene {
  readonly isFresh: boolean
  readonly isAttackerFirst: boolean
}

const SCENES: readonly Scene[] = [true, false].flatMap((isFresh) =>
  [true, false].map((isAttackerFirst) => ({ isFresh, isAttackerFirst })),
)

/** A long chain that is easy at its beginning and forged after that, shown to nodes that are new or were away. */
export const stranger: StrangerCase = {
  name: 'captured',
  attack:
    '202 blocks worked at the easiest target, then 33,000 ground headers, so that the chain is cut before its claim is checked',
  before: 'a fresh node at 206 units of work against 1,800 honest, a returning one at 204 against 900, both for good',
  bound:
    'fresh and returning nodes end on the honest chain, whoever comes first: 20 of 20 (4 of 4 in the test, which is smaller)',
  run: async (size) => {
    const { honest: length, worked, ground, rounds } = SIZES[size]
    const engine = createFakeEngine()
    await engine.start()
    const generator = new ChainGenerator({ evaluator: engine })
    const honest = await generator.grow(generator.genesis, length)
    const half = honest.slice(0, Math.floor(length / 2))
    const attacks = new Map<boolean, readonly ShownBlock[]>()
    for (const isFresh of [true, false]) {
      const from = isFresh ? generator.genesis : (half.at(-1) ?? generator.genesis)
      attacks.set(isFresh, [
        ...(isFresh ? [] : half.map(({ block }) => block)),
        ...(await falseChain(generator, from, { worked, ground })),
      ])
    }
    const server = await startNode()
    try {
      for (const { block } of honest) await server.chain.importBlock(block, { priority: 'sync' })
      const outcomes: string[] = []
      let saved = 0
      for (let round = 0; round < rounds; round++) {
        for (const scene of SCENES) {
          const stored = scene.isFresh ? [] : half
          const shown = attacks.get(scene.isFresh) ?? []
          const { isSaved, note } = await play(scene, {
            server,
            stored,
            shown,
            goal: honest.at(-1) ?? generator.genesis,
          })
          if (isSaved) saved++
          else outcomes.push(note)
        }
      }
      const total = rounds * SCENES.length
      const measured = `${saved} of ${total} on the honest chain${outcomes.length === 0 ? '' : `; not: ${outcomes.join(', ')}`}`
      return { measured, holds: saved === total }
    } finally {
      await server.stop()
      await engine.stop()
    }
  },
}

async function play(
  { isFresh, isAttackerFirst }: Scene,
  {
    server,
    stored,
    shown,
    goal,
  }: {
    readonly server: TestNode
    readonly stored: readonly GeneratedBlock[]
    readonly shown: readonly ShownBlock[]
    readonly goal: GeneratedBlock
  },
): Promise<{ readonly isSaved: boolean; readonly note: string }> {
  const victim = await startNode()
  for (const { block } of stored) await victim.chain.importBlock(block, { priority: 'sync' })
  const [victimAddress = ''] = victim.network.addresses()
  const client = await startHostileClient({ params: testNetwork, victim: victimAddress })
  try {
    const attack = async (): Promise<void> => {
      const claims = { headNumber: BigInt(shown.length), totalWork: 1n << 40n }
      await serveFalsely(client, shown, { codecs, manner: MANNER, claims }).catch(() => undefined)
    }
    const join = (): void => void victim.network.peers.add(server.network.addresses()[0] ?? '')
    if (isAttackerFirst) {
      await attack()
      await systemClock.sleep(ALONE_MS)
      join()
    } else {
      join()
      await attack()
    }
    const isHere = async (): Promise<boolean> => victim.chain.head().totalWork >= goal.context.totalWork
    const isSaved = await until('the victim is on the honest chain', LIMIT_MS, isHere).then(
      () => true,
      () => false,
    )
    const { number, totalWork } = victim.chain.head()
    const scene = `${isFresh ? 'fresh' : 'returning'}, ${isAttackerFirst ? 'attacker' : 'honest'} first`
    return { isSaved, note: `${scene}: block ${number}, work ${totalWork} of ${goal.context.totalWork}` }
  } finally {
    await client.close().catch(() => undefined)
    await victim.stop()
  }
}

async function falseChain(
  generator: ChainGenerator,
  from: GeneratedBlock,
  { worked, ground }: { readonly worked: number; readonly ground: number },
): Promise<readonly ShownBlock[]> {
  const [miner] = WALLETS
  const easy = await generator.grow(from, worked, (_, parent) => ({
    header: {
      timestamp: parent.context.timestamp + LATE_SECONDS,
      ...defined({ beneficiary: miner?.address }),
    },
  }))
  const blocks: ShownBlock[] = easy.map(({ block }) => block)
  let tip: ChainContext = (easy.at(-1) ?? from).context
  for (let salt = 0; salt < ground; salt++) {
    const forged = forgeBlock(testNetwork, tip, { salt })
    blocks.push(forged.block)
    tip = forged.context
  }
  return blocks
}
