import { bytesToHex, type Hash32 } from '@poai/core'
import { createBlockStore, dropFinalBlock, readFinalBlock, readHead, readHorizons } from '@poai/storage'
import { formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../../cli-context.ts'
import { findDataDirectory } from '../../data-directory.ts'
import { type OpenDatabase, withDatabase } from '../../db/with-database.ts'
import { printResult } from '../leaf-command.ts'
import { type DbOptions, dbCommand } from './db-command.ts'

interface Place {
  readonly number: bigint
  readonly hash: Hash32 | undefined
}

interface Dropped {
  readonly head: bigint
  readonly before: Place
  readonly after: Place
}

/** Adds `poai db drop-finality`. */
export function addDbDropFinalityCommand(parent: Command, context: CliContext): void {
  dbCommand(parent, 'drop-finality', {
    summary: 'let the node leave a chain that it took for final',
    details:
      'For a node that settled on a wrong chain (CHAIN_FINAL): blocks that can still be rolled back are no longer ' +
      'final, and the node follows the heaviest chain again.',
    examples: ['db drop-finality', 'db drop-finality --data-dir /var/lib/poai --json'],
  }).action((options: DbOptions) => dropFinality(context, options))
}

async function dropFinality(context: CliContext, options: DbOptions): Promise<void> {
  const directory = await findDataDirectory(options, context.environment)
  const dropped = await withDatabase(directory, 'change', drop)
  const result = {
    ...{ network: directory.params.name, database: directory.chain, head: Number(dropped.head) },
    ...{ before: placeToJson(dropped.before), after: placeToJson(dropped.after) },
  }
  printResult(context, options, result, () => formatDropped(dropped))
}

/** Removes the mark of finality. Blocks without undo records stay final all the same. */
async function drop({ store, committer, codecs }: OpenDatabase): Promise<Dropped> {
  const { undo } = readHorizons(store)
  const marked = readFinalBlock(store)
  const reach: Place = { number: undo, hash: createBlockStore(store, codecs).canonicalHash(undo) }
  const batch = committer.begin()
  dropFinalBlock(batch)
  await committer.commit(batch, { sync: true })
  const before = marked !== undefined && marked.number > undo ? marked : reach
  return { head: readHead(store)?.number ?? 0n, before, after: reach }
}

function placeToJson({ number, hash }: Place): { readonly number: number; readonly hash: string | null } {
  return { number: Number(number), hash: hash === undefined ? null : bytesToHex(hash) }
}

function formatDropped({ head, before, after }: Dropped): string {
  const table = formatTable([
    ['head', `block ${head}`],
    ['was final', `up to block ${before.number}`],
    ['is final', after.number === 0n ? 'only the genesis block' : `up to block ${after.number}`],
  ])
  const limit =
    after.number === 0n
      ? 'Every block can be rolled back.'
      : `Blocks up to ${after.number} have no undo records: to leave the chain below them, use a new data directory.`
  const where = after.number === 0n ? 'wherever it branches off' : `that branches off at block ${after.number} or later`
  return `${table}
${limit}
No block was removed. The node continues from its head, and follows a heavier chain ${where},
as soon as a peer offers it. Blocks become final again when enough peers agree (--finality-peers,
--finality-seconds). Make sure first that the node is not among peers that led it astray (poai peers list),
and give it a checkpoint if you know one (--checkpoint).
`
}
