import { AppError } from '@poai/core'
import type { SyncContext, SyncParts } from '../../src/network.ts'

/** Parts of a network that does not synchronise: what gossip does by itself. */
export function gossipOnly({ chain }: SyncContext): SyncParts {
  const unavailable = async (): Promise<never> => {
    throw new AppError('TEST_NO_SYNC', 'this network does not synchronise')
  }
  return {
    budget: { admit: async () => ({ settle: () => undefined }) },
    sync: {
      start: async () => undefined,
      stop: async () => undefined,
      status: () => {
        const { number } = chain.head()
        return { state: 'idle', currentBlock: number, highestBlock: number, blocksPerSecond: 0 }
      },
      onChange: () => () => undefined,
      fetchBody: unavailable,
      poolHashes: unavailable,
      poolTransactions: unavailable,
      onGap: () => undefined,
    },
  }
}
