import type { BlockCodecs } from '@poai/core'
import { readHead } from '../blocks/chain-head.ts'
import { keyOf } from '../keys.ts'
import type { Store } from '../store/store.ts'
import { type BlockChecks, checkCanonicalBlocks, checkOrphans, headStateRoot } from './check-blocks.ts'
import { checkHistory } from './check-history.ts'
import { checkState } from './check-state.ts'
import { createFaultReport, type DatabaseFault } from './fault.ts'

/** How far a check is. */
export interface CheckProgress {
  readonly step: 'blocks' | 'orphans' | 'state' | 'history'
  readonly done: number
  /** Undefined where it is not known beforehand. */
  readonly total: number | undefined
}

/** How thoroughly to look. */
export interface CheckOptions {
  /**
   * Also recompute every root and hash, walk the tries against the flat state, and look for what is left over. Takes minutes
   * where the shallow check takes seconds, and must not run beside an import.
   */
  readonly deep: boolean
  readonly onProgress?: (progress: CheckProgress) => void
}

/** What a check found. */
export interface CheckReport {
  /** At most {@link MAX_FAULTS}, in the order in which they were found. */
  readonly faults: readonly DatabaseFault[]
  readonly blocks: number
  readonly accounts: number
}

/** Enough to see a pattern. */
export const MAX_FAULTS = 100

/** Looks for damage. It changes nothing: what to do about a fault is for people to decide. */
export async function checkDatabase(
  store: Store,
  codecs: Pick<BlockCodecs, 'body'>,
  { deep, onProgress = () => undefined }: CheckOptions,
): Promise<CheckReport> {
  const report = createFaultReport(MAX_FAULTS)
  const counts = { blocks: 0, accounts: 0 }
  const head = readHead(store)
  if (head === undefined) return { faults: [], ...counts }
  const blockChecks: BlockChecks = {
    store,
    codecs,
    report,
    isDeep: deep,
    onBlock: (number, last) => {
      counts.blocks++
      onProgress({ step: 'blocks', done: Number(number) + 1, total: Number(last) + 1 })
    },
  }
  await checkCanonicalBlocks(blockChecks, head)
  if (!deep) return { faults: report.faults, ...counts }
  onProgress({ step: 'orphans', done: 0, total: undefined })
  await checkOrphans(blockChecks)
  const root = headStateRoot(store)
  const onAccount = (count: number): void => {
    counts.accounts = count
    onProgress({ step: 'state', done: count, total: undefined })
  }
  if (root === undefined) report.add('missing', 'the head has no header', keyOf('head'))
  else await checkState({ store, report, onAccount }, root)
  onProgress({ step: 'history', done: 0, total: undefined })
  await checkHistory({ store, report }, head)
  return { faults: report.faults, ...counts }
}
