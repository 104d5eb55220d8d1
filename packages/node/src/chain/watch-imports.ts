import type { Chain, ImportOutcome } from '@poai/chain'
import { RuleError } from '@poai/core'
import { isFatal } from './is-fatal.ts'

/** What became of blocks since the start, wherever they came from. */
export interface ImportFigures {
  readonly outcomes: Readonly<Record<ImportOutcome['kind'], number>>
  /** Counts by the rule that was broken. */
  readonly invalid: Readonly<Record<string, number>>
  /** How many could not be judged. */
  readonly undecided: number
  readonly reorganisations: { readonly count: number; readonly deepest: number }
}

/** Before there is a chain. */
export const NO_IMPORTS: ImportFigures = {
  outcomes: { head: 0, side: 0, known: 0, orphan: 0 },
  invalid: {},
  undecided: 0,
  reorganisations: { count: 0, deepest: 0 },
}

/**
 * Counts what becomes of blocks from now on. Calls `onFatal` with every error that no node can go on after, even if
 * nobody waited for the import.
 */
export function watchImports(
  chain: Pick<Chain, 'onHead' | 'onStage'>,
  onFatal: (error: unknown) => void,
): () => ImportFigures {
  const outcomes = { ...NO_IMPORTS.outcomes }
  const invalid = new Map<string, number>()
  const reorganisations = { count: 0, deepest: 0 }
  let undecided = 0
  chain.onStage(({ stage, end }) => {
    if (stage !== 'import') return
    if (!('error' in end)) {
      outcomes[end.outcome]++
      return
    }
    const { error } = end
    if (error instanceof RuleError) invalid.set(error.code, (invalid.get(error.code) ?? 0) + 1)
    else undecided++
    if (isFatal(error)) onFatal(error)
  })
  chain.onHead(({ removed }) => {
    if (removed.length === 0) return
    reorganisations.count++
    reorganisations.deepest = Math.max(reorganisations.deepest, removed.length)
  })
  return () => ({
    outcomes: { ...outcomes },
    invalid: Object.fromEntries(invalid),
    undecided,
    reorganisations: { ...reorganisations },
  })
}
