import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { networkParamsToJson, silentLogger } from '@poai/core'
import { createFakeEngine, type InferenceEngine } from '@poai/inference'
import { RETENTIONS, type Retention } from '@poai/storage'
import {
  ChainGenerator,
  type GeneratedBlock,
  signTransaction,
  testNetwork,
  WALLETS,
  type Wallet,
} from '@poai/testing/chain'
import type { DataDirectory } from '../../src/data-directory.ts'
import { withReplayingChain } from '../../src/db/with-replaying-chain.ts'

/** A chain of the generated network, one transfer a block, whose work a fake engine did. */
export interface GeneratedData {
  readonly engine: InferenceEngine
  readonly blocks: readonly GeneratedBlock[]
  /** Makes a data directory that holds the blocks up to `head`; it is gone after `remove`. */
  directory(head: number, retention?: Retention): Promise<DataDirectory>
  /** A path in a folder that is gone after `remove`. */
  path(name: string): string
  remove(): Promise<void>
}

export async function generateData(length: number): Promise<GeneratedData> {
  const engine = createFakeEngine()
  await engine.start()
  const generator = new ChainGenerator({ evaluator: engine })
  const [sender, recipient] = WALLETS as readonly [Wallet, Wallet]
  const blocks = await generator.grow(generator.genesis, length, (index) => ({
    transactions: [
      signTransaction(testNetwork.chainId, sender, { nonce: BigInt(index), to: recipient.address, value: 1n }),
    ],
  }))
  const folder = await mkdtemp(join(tmpdir(), 'poai-data-'))
  let directories = 0
  return {
    engine,
    blocks,
    path: (name) => join(folder, name),
    remove: () => rm(folder, { recursive: true, force: true }),
    directory: async (head, retention = RETENTIONS.archive) => {
      const path = join(folder, `node-${++directories}`)
      const directory = { path, chain: join(path, 'chain'), params: testNetwork }
      await mkdir(path)
      await writeFile(join(path, 'network.json'), JSON.stringify(networkParamsToJson(testNetwork)))
      await withReplayingChain(directory, { evaluator: engine, retention, logger: silentLogger }, async (chain) => {
        for (const { block } of blocks.slice(0, head)) await chain.importBlock(block)
      })
      return directory
    },
  }
}
