import { setTimeout as delay } from 'node:timers/promises'
import { type AccountIndex, type AccountIndexer, createAccountIndexer, inlineRecovery } from '@poai/chain'
import { silentLogger } from '@poai/core'
import { otterscanMethods } from '../../src/methods/ots/otterscan.ts'
import { parityTraceMethods } from '../../src/methods/trace/traces.ts'
import type { MiningChain } from './mining-chain.ts'
import { type OpenMethods, openMethods } from './open-methods.ts'

/** Methods that search, over a chain with an index. */
export interface IndexedChain extends OpenMethods {
  readonly indexer: AccountIndexer
  /** Resolves when the index is at the head. */
  untilIndexed(): Promise<void>
}

/** An indexer of a chain, which rests by the real clock. */
export function indexerOf({ store, committer, chain, execution }: MiningChain): AccountIndexer {
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    delay(ms, undefined, signal === undefined ? {} : { signal })
  const recovery = inlineRecovery
  return createAccountIndexer({ store, committer, chain, execution, recovery, clock: { sleep }, logger: silentLogger })
}

/** Opens it in memory; the index is started. */
export async function openIndexedChain(): Promise<IndexedChain> {
  let indexer: AccountIndexer | undefined
  const accountIndex: AccountIndex = {
    get reader() {
      return made().reader
    },
    reaches: (number, signal) => made().reaches(number, signal),
  }
  const made = (): AccountIndexer => {
    if (indexer === undefined) throw new Error('nothing asks before the chain is open')
    return indexer
  }
  const methods = await openMethods((context) => [...parityTraceMethods(context), ...otterscanMethods(context)], {
    accountIndex,
  })
  indexer = indexerOf(methods)
  await indexer.start()
  return {
    ...methods,
    indexer,
    untilIndexed: async () => {
      while (!(await made().reaches(methods.chain.head().number))) await new Promise(setImmediate)
    },
    close: async () => {
      await made().stop()
      await methods.close()
    },
  }
}
