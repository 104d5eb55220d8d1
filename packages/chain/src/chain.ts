import { type ChainContext, gasLimitBefore, nextBaseFee, type WorkVerifier } from '@poai/consensus'
import {
  type BlockCodecs,
  bytesToHex,
  type Checkpoint,
  type Clock,
  defined,
  type Hash32,
  invariant,
  type Logger,
  type NetworkParams,
  rulesAt,
  type Startable,
} from '@poai/core'
import { type AnswerSource, type Execution, type SenderRecovery, transactionRulesAt } from '@poai/execution'
import { ChainError } from './chain-error.ts'
import type { ChainDatabase, FinalBlock } from './database/chain-database.ts'
import { ensureGenesis } from './database/ensure-genesis.ts'
import { followSchedule } from './database/follow-schedule.ts'
import { withCheckpoints } from './database/with-checkpoints.ts'
import type { HeadEvent } from './head-event.ts'
import { type BlockImporter, createBlockImporter } from './import/block-importer.ts'
import { IMPORT_DEFAULTS, type ImportLimits } from './import/import-limits.ts'
import { authoritiesOf } from './mempool/authorities-of.ts'
import { createMempool, type Mempool, type MempoolHeadChange, type SignedTransaction } from './mempool/mempool.ts'
import type { MempoolLimits } from './mempool/mempool-options.ts'
import type { MempoolStore } from './mempool/mempool-snapshot.ts'
import type { MempoolHead } from './mempool/validate-pooling.ts'
import { type ChainQueries, createChainQueries } from './readers/chain-queries.ts'
import { createCachedRecovery } from './recovery/cached-recovery.ts'
import { createInlineDecoder, type TransactionDecoder } from './recovery/transaction-decoder.ts'
import { createTemplateSource, type TemplateSource } from './template/template-source.ts'

/** A node's chain: the way in for blocks, the pool of transactions, templates and queries. */
export interface Chain
  extends Startable,
    Pick<BlockImporter, 'judgeHeader' | 'importBlock' | 'importEncoded' | 'settle'>,
    Pick<BlockImporter, 'onHead' | 'onOrphanRejected' | 'onStage'> {
  /** The chain that ends with the canonical head. */
  head(): ChainContext
  /** The chain that ends with a block that is stored, canonical or not. */
  context(hash: Hash32): ChainContext | undefined
  /**
   * The last block that never changes again here: branches from before it are refused. The genesis block until the node
   * has settled.
   */
  finalized(): FinalBlock
  readonly mempool: Mempool
  readonly templates: TemplateSource
  readonly queries: ChainQueries
}

export interface ChainOptions {
  readonly params: NetworkParams
  readonly limits?: Partial<ImportLimits>
  /** Blocks that the chain must have. */
  readonly checkpoints?: readonly Checkpoint[]
  readonly mempool?: Partial<MempoolLimits>
  /** Blocks below the head at which `safe` lies. */
  readonly safeDepth?: bigint
  readonly templateRefreshMs?: number
}

/** What a chain needs, and nothing more. */
export interface ChainDependencies {
  readonly codecs: BlockCodecs
  readonly database: ChainDatabase
  readonly mempoolStore: MempoolStore
  readonly verifier: WorkVerifier
  readonly execution: Pick<Execution, 'executeBlock' | 'buildBlock'>
  readonly recovery: SenderRecovery
  /** For templates: answers what contracts ask of models. */
  readonly answers?: AnswerSource
  /** Reads strangers' transactions. Default: on this thread, in turns. */
  readonly decoder?: TransactionDecoder
  readonly clock: Clock
  readonly logger: Logger
}

/** Twelve blocks: a minute at five seconds each, as long as exchanges of small chains wait at least. */
const DEFAULT_SAFE_DEPTH = 12n

/**
 * Puts the pieces together over a database, which gets its genesis block here if it is new. `start` loads the mempool.
 */
export async function openChain(options: ChainOptions, dependencies: ChainDependencies): Promise<Chain> {
  const { params, checkpoints = [] } = options
  const { clock, logger } = dependencies
  const limits: ImportLimits = { ...IMPORT_DEFAULTS, ...options.limits }
  const { finalityDepth } = limits
  const safeDepth = options.safeDepth ?? DEFAULT_SAFE_DEPTH
  const { rollbackDepth } = dependencies.database
  if (finalityDepth < 1n || finalityDepth > rollbackDepth) {
    throw new ChainError('CHAIN_FINALITY_DEPTH', 'the finality depth does not fit what the database keeps', {
      expected: `1 to ${rollbackDepth}`,
      actual: String(finalityDepth),
      hint: 'keep undo records for longer, or call blocks final sooner',
    })
  }
  await ensureGenesis(params, dependencies.database)
  await followSchedule(params, { database: dependencies.database, logger })
  const database = withCheckpoints(dependencies.database, checkpoints)
  const sideBlocks = await database.sideBlocks()
  const recovery = createCachedRecovery(dependencies.recovery)
  const mempool = createMempool(
    { ...options.mempool, head: mempoolHead(params, database) },
    {
      ...{ codec: dependencies.codecs.transaction, recovery, store: dependencies.mempoolStore, clock, logger },
      decoder: dependencies.decoder ?? createInlineDecoder(dependencies.codecs.transaction),
    },
  )
  // A commit shows in the store before it is on disk, where states are read from: readers see a head when it is there.
  let shownHead = database.head()
  const pool: PoolChange = { chainId: params.chainId, recovery, logger }
  const beforeHead = async (event: HeadEvent): Promise<void> => {
    shownHead = event.head
    mempool.setHead(mempoolHead(params, database), await changeOfHead(event, pool))
  }
  const importer = createBlockImporter(
    { params, limits, checkpoints },
    { ...dependencies, database, sideBlocks, recovery, beforeHead },
  )
  const { refreshMs, ...templateDependencies } = {
    refreshMs: options.templateRefreshMs,
    ...{ params, database, mempool, execution: dependencies.execution, onHead: importer.onHead, clock, logger },
    ...defined({ answers: dependencies.answers }),
  }
  return {
    head: () => shownHead,
    context: (hash) => database.context(hash),
    finalized: () => database.final(),
    settle: (isSettled) => importer.settle(isSettled),
    judgeHeader: (header) => importer.judgeHeader(header),
    importBlock: (block, importOptions) => importer.importBlock(block, importOptions),
    importEncoded: (bytes, importOptions) => importer.importEncoded(bytes, importOptions),
    onHead: importer.onHead,
    onOrphanRejected: importer.onOrphanRejected,
    onStage: importer.onStage,
    mempool,
    templates: createTemplateSource(defined({ refreshMs }), templateDependencies),
    queries: createChainQueries({ safeDepth }, { ...database, head: () => shownHead }),
    start: () => mempool.start(),
    stop: async () => {
      await importer.stop()
      await mempool.stop()
    },
  }
}

function mempoolHead(params: NetworkParams, database: ChainDatabase): MempoolHead {
  const head = database.head()
  return {
    state: database.state,
    baseFeePerGas: nextBaseFee(params, head),
    gasLimit: gasLimitBefore(rulesAt(params, head.number + 1n).gas, head.gasLimit),
    rules: transactionRulesAt(params, head.number + 1n),
  }
}

interface PoolChange {
  readonly chainId: bigint
  readonly recovery: SenderRecovery
  readonly logger: Pick<Logger, 'warn'>
}

/** What blocks that joined and left mean for the pool. */
async function changeOfHead(
  { added, removed }: HeadEvent,
  { chainId, recovery, logger }: PoolChange,
): Promise<MempoolHeadChange> {
  const included = added.flatMap(({ block }) => block.body.transactions.map(({ hash }) => hash))
  const names = new Set(included.map(bytesToHex))
  const left = removed
    .toReversed()
    .flatMap(({ block }) => block.body.transactions)
    .filter(({ hash }) => !names.has(bytesToHex(hash)))
  if (left.length === 0) return { included, returned: [] }
  try {
    const senders = await recovery.recover(left)
    const returned: SignedTransaction[] = []
    for (const [index, transaction] of left.entries()) {
      const sender = senders[index]
      invariant(sender !== undefined, 'every transaction has its sender')
      returned.push({ transaction, sender, authorities: await authoritiesOf(transaction, { chainId }) })
    }
    return { included, returned }
  } catch (error) {
    // The chain has moved already; its transactions are with their senders and other nodes too.
    logger.warn('Could not take transactions back into the mempool', { count: left.length, error })
    return { included, returned: [] }
  }
}
