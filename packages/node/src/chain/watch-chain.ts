import type { Chain, ImportOutcome } from '@poai/chain'
import { InvariantError, RuleError } from '@poai/core'
import { StorageError, type StorageErrorCode } from '@poai/storage'

/** What became of blocks since the start, wherever they came from. */
export interface ImportFigures {
  readonly outcomes: Readonly<Record<ImportOutcome['kind'], number>>
  /** By the rule that was broken. */
  readonly invalid: Readonly<Record<string, number>>
  /** Could not be judged. */
  readonly undecided: number
  readonly reorganisations: { readonly count: number; readonly deepest: number }
}

/** A chain, and what was seen of it. */
export interface WatchedChain {
  readonly chain: Chain
  figures(): ImportFigures
}

/** After these nothing can be read or written: going on would only tell every caller so. */
const FATAL: ReadonlySet<StorageErrorCode> = new Set([
  'STORAGE_DAMAGED',
  'STORAGE_DISK_FULL',
  'STORAGE_FAILED',
  'STORAGE_NO_PERMISSION',
])

/** The same chain, counted. `onFatal` hears of what no node can go on after, whoever was told of it. */
export function watchChain(chain: Chain, onFatal: (error: unknown) => void): WatchedChain {
  const outcomes = { head: 0, side: 0, known: 0, orphan: 0 }
  const invalid = new Map<string, number>()
  const reorganisations = { count: 0, deepest: 0 }
  let undecided = 0
  const count = async (importing: Promise<ImportOutcome>): Promise<ImportOutcome> => {
    try {
      const outcome = await importing
      outcomes[outcome.kind]++
      return outcome
    } catch (error) {
      if (error instanceof RuleError) invalid.set(error.code, (invalid.get(error.code) ?? 0) + 1)
      else undecided++
      if (isFatal(error)) onFatal(error)
      throw error
    }
  }
  chain.onHead(({ removed }) => {
    if (removed.length === 0) return
    reorganisations.count++
    reorganisations.deepest = Math.max(reorganisations.deepest, removed.length)
  })
  return {
    chain: {
      ...chain,
      importBlock: (block, options) => count(chain.importBlock(block, options)),
      importEncoded: (bytes, options) => count(chain.importEncoded(bytes, options)),
    },
    figures: () => ({
      outcomes: { ...outcomes },
      invalid: Object.fromEntries(invalid),
      undecided,
      reorganisations: { ...reorganisations },
    }),
  }
}

/** True for what a node must stop after. */
export function isFatal(error: unknown): boolean {
  return error instanceof InvariantError || (error instanceof StorageError && FATAL.has(error.code))
}
