import type { StrangerCase } from '@poai/testing/strangers'
import { batchOf, judge, MAX_IMPORT_MS, MAX_PAUSE_MS, post, siege } from '../support/victim.ts'

/** Sent nothing, and was sent nothing: every block is read. */
const NOBODY = `0x${'12'.repeat(20)}`
/** Every one reads the whole chain. */
const SEARCHES = { test: 400, full: 1000 } as const
const BLOCKS = { test: 150, full: 1000 } as const

export const stranger: StrangerCase = {
  name: 'rpc-searches',
  attack: 'one POST of searches by address, each of which reads every block of the chain and finds nothing',
  before: 'ten searches of 20,000 blocks held the main thread for 18.8 s at a stretch',
  bound: `no pause of the main thread above ${MAX_PAUSE_MS} ms, p99 of honest imports below ${MAX_IMPORT_MS} ms`,
  run: async (size) => {
    const search = { method: 'ots_searchTransactionsBefore', params: [NOBODY, 0, 25] }
    const body = batchOf(Array.from({ length: SEARCHES[size] }, () => search))
    const figures = await siege({ chainBlocks: BLOCKS[size], minedBlocks: 100 }, async ({ url }) => {
      await post(url, body)
    })
    return judge(size, figures)
  },
}
