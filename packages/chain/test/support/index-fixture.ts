import { setTimeout as delay } from 'node:timers/promises'
import { bytesToHex, silentLogger } from '@poai/core'
import { createExecution } from '@poai/execution'
import { readIndexProgress, type Store, TABLES, type TableName } from '@poai/storage'
import {
  type AccountIndexer,
  type AccountIndexerDependencies,
  type AccountIndexLimits,
  createAccountIndexer,
  inlineRecovery,
} from '../../src/index.ts'
import type { ChainFixture } from './chain-fixture.ts'

/** An indexer over the chain of a fixture, which rests by the real clock. */
export function indexerOf(
  { params, store, committer, chain }: Pick<ChainFixture, 'params' | 'store' | 'committer' | 'chain'>,
  {
    limits = {},
    ...replaced
  }: Partial<AccountIndexerDependencies> & { readonly limits?: Partial<AccountIndexLimits> } = {},
): AccountIndexer {
  const clock = {
    sleep: (ms: number, signal?: AbortSignal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
  }
  const execution = createExecution(params)
  return createAccountIndexer(
    { store, committer, chain, execution, recovery: inlineRecovery, clock, logger: silentLogger, ...replaced },
    limits,
  )
}

/** Resolves when the index is at the head. */
export async function untilIndexed({ chain, store }: Pick<ChainFixture, 'chain' | 'store'>): Promise<void> {
  for (;;) {
    const progress = readIndexProgress(store)
    const { number, hash } = chain.head()
    if (progress?.number === number && bytesToHex(progress.hash) === bytesToHex(hash)) return
    await new Promise(setImmediate)
  }
}

/** Brings the index to the head, and stops. */
export async function indexNow(fixture: ChainFixture, options: Parameters<typeof indexerOf>[1] = {}): Promise<void> {
  const indexer = indexerOf(fixture, options)
  await indexer.start()
  await untilIndexed(fixture)
  await indexer.stop()
}

const INDEX_TABLES: readonly TableName[] = ['indexedTo', 'touched', 'mined', 'sent', 'creations', 'indexJournal']

/** The whole index as lines of text. */
export async function dumpIndex(store: Store, tables: readonly TableName[] = INDEX_TABLES): Promise<readonly string[]> {
  const lines: string[] = []
  for (const table of tables) {
    const { prefix } = TABLES[table]
    for await (const [key, value] of store.entries({ gte: Uint8Array.of(prefix), lt: Uint8Array.of(prefix + 1) }))
      lines.push(`${table} ${bytesToHex(key.subarray(1))} = ${bytesToHex(value)}`)
  }
  return lines
}
