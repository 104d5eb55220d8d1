import { type AccountIndexer, createAccountIndexer } from '@poai/chain'
import type { Ground } from '../ground.ts'
import { Late } from '../lifecycle/late.ts'
import { readFrom } from '../metrics/metric.ts'
import type { ChainWing } from './chain-wing.ts'
import type { Telling } from './wing.ts'

/** Which transactions had to do with which account. */
export interface IndexWing extends Telling<'accountIndex'> {
  /** Never made if the operator does not want it. */
  readonly indexer: Late<AccountIndexer>
}

/** Keeps an index by account in the background, if the operator wants one. */
export function indexWing({ config, clock, logger }: Ground, { chain }: { readonly chain: ChainWing }): IndexWing {
  const indexer = new Late<AccountIndexer>('the chain is not open yet')
  /** Zero before it has begun. */
  const look = (): { readonly number: number; readonly tracedFrom: number } | undefined => {
    if (indexer.now === undefined) return undefined
    const progress = indexer.now.reader.progress()
    return { number: Number(progress?.number ?? 0n), tracedFrom: Number(progress?.tracedFrom ?? 0n) }
  }
  return {
    indexer,
    metrics: readFrom(
      [
        {
          name: 'poai_index_block_number',
          kind: 'gauge',
          help: 'The block up to which the index by account goes',
          read: (at) => at?.number,
        },
        {
          name: 'poai_index_traced_from_number',
          kind: 'gauge',
          help: 'The block from which on the index by account knows calls inside transactions',
          read: (at) => at?.tracedFrom,
        },
      ],
      look,
    ),
    status: () => ({ accountIndex: look() ?? null }),
    start: async (services) => {
      if (!config.storage.index) return
      const { database, chain: opened, execution, recovery } = chain.parts.made
      const { store, committer } = database
      const made = createAccountIndexer({ store, committer, chain: opened, execution, recovery, clock, logger })
      await services.start('index by account', indexer.make(made))
    },
  }
}
