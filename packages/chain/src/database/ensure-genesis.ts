import { genesisContext } from '@poai/consensus'
import {
  bytesToHex,
  EMPTY_TRIE_ROOT,
  emptyBodyOf,
  equalBytes,
  genesisHash,
  genesisHeader,
  invariant,
  type NetworkParams,
} from '@poai/core'
import { genesisState } from '@poai/execution'
import { ChainError } from '../chain-error.ts'
import type { ChainDatabase } from './chain-database.ts'

/** Writes the network's first block and state into a new database; refuses one that begins with another block. */
export async function ensureGenesis(params: NetworkParams, database: ChainDatabase): Promise<void> {
  const hash = genesisHash(params)
  const first = database.canonicalHash(0n)
  if (first !== undefined && equalBytes(first, hash)) return
  if (first !== undefined) {
    throw new ChainError('CHAIN_OTHER_GENESIS', 'the database is of another network', {
      expected: bytesToHex(hash),
      actual: bytesToHex(first),
    })
  }
  const header = genesisHeader(params)
  const body = emptyBodyOf(header)
  invariant(body !== undefined, 'the genesis block is empty')
  const update = database.begin()
  update.putBlock({ header, body }, genesisContext(params))
  await update.extendHead(hash, {
    ...genesisState(params.genesis.accounts),
    receipts: [],
    receiptsRoot: EMPTY_TRIE_ROOT,
    logsBloom: header.logsBloom,
    gasUsed: 0n,
  })
  await update.commit({ sync: true })
}
