import type { Chain } from '@poai/chain'
import { type Block, type BlockCodecs, defined, type Hash32, RuleError } from '@poai/core'
import { readChainFile, StorageError } from '@poai/storage'

/** What an import needs. */
export interface ImportChainFileDependencies {
  readonly chain: Pick<Chain, 'importBlock' | 'head'>
  readonly codecs: Pick<BlockCodecs, 'block'>
  readonly genesisHash: Hash32
}

export interface ImportChainFileOptions {
  readonly signal?: AbortSignal
  /** Is told each block that is done, whether new or known. */
  readonly onBlock?: (number: bigint) => void
}

/** Why an import stopped before the end of the file. */
export interface ImportStop {
  /** The block that could not be imported, or could not even be read. */
  readonly number: bigint
  /** A `RuleError` for a block that breaks a rule, a `StorageError` for a damaged file. */
  readonly error: RuleError | StorageError
}

/** The outcome of an import. */
export interface ImportReport {
  /** Blocks that the chain did not have. */
  readonly imported: number
  readonly known: number
  readonly stop: ImportStop | undefined
}

/** How many blocks are under way: several for each worker, and at most a few MB of memory. */
const MAX_AHEAD = 16

interface Under {
  readonly number: bigint
  readonly outcome: Promise<unknown>
}

/**
 * More work than any chain has, so that a branch is kept: the operator chose to import it, and its work is known only
 * at its end.
 */
const WORK_OF_A_FILE: bigint = 1n << 320n

/**
 * Imports the blocks of a chain file as if they came from a stranger: each is replayed and executed. Blocks that the
 * chain has are skipped, so a second call continues an interrupted one. It stops at damage and at the first invalid
 * block; the blocks before it stay in the chain.
 */
export async function importChainFile(
  path: string,
  dependencies: ImportChainFileDependencies,
  { signal, onBlock = () => undefined }: ImportChainFileOptions = {},
): Promise<ImportReport> {
  const { chain, codecs, genesisHash } = dependencies
  const counts = { imported: 0, known: 0 }
  const underWay: Under[] = []
  const begin = (block: Block): void => {
    const outcome = importOne(chain, block, signal)
    // It is awaited in its turn.
    outcome.catch(() => undefined)
    underWay.push({ number: block.header.number, outcome })
  }
  const finishOldest = async (): Promise<ImportStop | undefined> => {
    const oldest = underWay.shift()
    if (oldest === undefined) return undefined
    try {
      counts[(await oldest.outcome) === 'known' ? 'known' : 'imported']++
      onBlock(oldest.number)
      return undefined
    } catch (error) {
      if (error instanceof RuleError) return { number: oldest.number, error }
      throw error
    }
  }
  try {
    let stop: ImportStop | undefined
    let next: bigint | undefined
    const blocks = readChainFile(path, { codecs, genesisHash, ...defined({ signal }) })
    try {
      for await (const block of blocks) {
        next = block.header.number + 1n
        begin(block)
        if (underWay.length >= MAX_AHEAD) stop = await finishOldest()
        if (stop !== undefined) return { ...counts, stop }
      }
    } catch (error) {
      if (!isDamage(error) || next === undefined) throw error
      stop = { number: next, error }
    }
    while (underWay.length > 0) {
      const earlier = await finishOldest()
      if (earlier !== undefined) return { ...counts, stop: earlier }
    }
    return { ...counts, stop }
  } finally {
    await Promise.allSettled(underWay.map(({ outcome }) => outcome))
  }
}

function isDamage(error: unknown): error is StorageError {
  return error instanceof StorageError && error.code === 'STORAGE_CHAIN_FILE_DAMAGED'
}

async function importOne(
  chain: ImportChainFileDependencies['chain'],
  block: Block,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { kind } = await chain.importBlock(block, {
    ...{ priority: 'sync', branchWork: WORK_OF_A_FILE },
    ...defined({ signal }),
  })
  if (kind !== 'orphan') return kind
  throw new StorageError('STORAGE_CHAIN_FILE_FOREIGN', `block ${block.header.number} does not follow any block here`, {
    expected: `a file that begins with a block up to ${chain.head().number + 1n}`,
    actual: `block ${block.header.number}`,
    hint: 'import the file with the blocks before it first',
  })
}
