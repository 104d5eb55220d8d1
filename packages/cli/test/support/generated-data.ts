import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExamEvaluator } from '@poai/consensus'
import {
  type BlockCodecs,
  createBlockCodecs,
  createTransactionCodec,
  networkParamsToJson,
  silentLogger,
} from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { RETENTIONS } from '@poai/storage'
import {
  type BlockPlan,
  ChainGenerator,
  type GeneratedBlock,
  signTransaction,
  testNetwork,
  WALLETS,
  type Wallet,
} from '@poai/testing/chain'
import type { DataDirectory } from '../../src/data-directory.ts'
import { withReplayingChain } from '../../src/db/with-replaying-chain.ts'

/** A chain of the generated network, and folders to keep it in. */
export interface GeneratedData {
  readonly evaluator: ExamEvaluator
  readonly generator: ChainGenerator
  readonly codecs: BlockCodecs
  readonly blocks: readonly GeneratedBlock[]
  /** Makes a data directory, which says its network, and holds the blocks up to `head`. */
  directory(head: number): Promise<DataDirectory>
  /** A path in the folder that `remove` removes. */
  path(name: string): string
  remove(): Promise<void>
}

/** What the chain is like. */
export interface GeneratedDataOptions {
  readonly length: number
  /** Does the work; default: a fake engine. */
  readonly evaluator?: ExamEvaluator
  /** Default: a transfer in every block. */
  readonly planOf?: (index: number) => BlockPlan
}

function transferOf(index: number): BlockPlan {
  const [sender, recipient] = WALLETS as readonly [Wallet, Wallet]
  const plan = { nonce: BigInt(index), to: recipient.address, value: 1n }
  return { transactions: [signTransaction(testNetwork.chainId, sender, plan)] }
}

async function startFakeEngine(): Promise<ExamEvaluator> {
  const engine = createFakeEngine()
  await engine.start()
  return engine
}

export async function generateData({
  length,
  evaluator: given,
  planOf = transferOf,
}: GeneratedDataOptions): Promise<GeneratedData> {
  const evaluator = given ?? (await startFakeEngine())
  const generator = new ChainGenerator({ evaluator })
  const blocks = await generator.grow(generator.genesis, length, planOf)
  const folder = await mkdtemp(join(tmpdir(), 'poai-data-'))
  let directories = 0
  const dependencies = { evaluator, retention: RETENTIONS.archive, logger: silentLogger }
  return {
    ...{ evaluator, generator, blocks },
    codecs: createBlockCodecs(createTransactionCodec(testNetwork.chainId)),
    path: (name) => join(folder, name),
    remove: () => rm(folder, { recursive: true, force: true }),
    directory: async (head) => {
      const path = join(folder, `node-${++directories}`)
      const directory = { path, chain: join(path, 'chain'), params: testNetwork }
      await mkdir(path)
      await writeFile(join(path, 'network.json'), JSON.stringify(networkParamsToJson(testNetwork)))
      await withReplayingChain(directory, dependencies, async (chain) => {
        for (const { block } of blocks.slice(0, head)) await chain.importBlock(block)
      })
      return directory
    },
  }
}
