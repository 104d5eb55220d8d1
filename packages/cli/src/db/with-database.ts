import { type BlockCodecs, createBlockCodecs, createTransactionCodec, genesisHash } from '@poai/core'
import { type Database, openDatabase } from '@poai/storage'
import { type DataDirectory, requireDatabase } from '../data-directory.ts'

/** An open database, and the codecs of its blocks. */
export interface OpenDatabase extends Pick<Database, 'store' | 'committer'> {
  readonly codecs: BlockCodecs
}

/**
 * Runs `work` on the database in a data directory, and closes it whatever happens. Looking at one does not migrate it.
 */
export async function withDatabase<T>(
  directory: DataDirectory,
  purpose: 'look' | 'change',
  work: (database: OpenDatabase) => Promise<T>,
): Promise<T> {
  await requireDatabase(directory)
  const olderVersion = purpose === 'look' ? 'refuse' : 'migrate'
  const database = await openDatabase(directory.chain, { genesisHash: genesisHash(directory.params), olderVersion })
  const codecs = createBlockCodecs(createTransactionCodec(directory.params.chainId))
  try {
    return await work({ ...database, codecs })
  } finally {
    await database.close()
  }
}
