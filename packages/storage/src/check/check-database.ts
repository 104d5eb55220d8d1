import { setImmediate as nextTurn } from 'node:timers/promises'
import { type BlockCodecs, RuleError } from '@poai/core'
import { readHead } from '../blocks/chain-head.ts'
import { keyOf } from '../keys.ts'
import { StorageError } from '../storage-error.ts'
import type { Store } from '../store/store.ts'
import { type BlockChecks, checkCanonicalBlocks, checkOrphans, headStateRoot } from './check-blocks.ts'
import { checkHistory } from './check-history.ts'
import { checkState } from './check-state.ts'
import { createFaultReport, type DatabaseFault, type FaultReport } from './fault.ts'

/** How far a check is. */
export interface CheckProgress {
  readonly step: 'blocks' | 'orphans' | 'state' | 'history'
  readonly done: number
  /** Undefined if it is not known in advance. */
  readonly total: number | undefined
}

/** How thoroughly to look. */
export interface CheckOptions {
  /**
   * Also recompute every root and hash, walk the tries against the flat state, and look for what is left over. Takes
   * minutes where the shallow check takes seconds, and must not run beside an import.
   */
  readonly deep: boolean
  readonly onProgress?: (progress: CheckProgress) => void
  readonly signal?: AbortSignal
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
  database: Store,
  codecs: Pick<BlockCodecs, 'body'>,
  { deep, onProgress = () => undefined, signal }: CheckOptions,
): Promise<CheckReport> {
  const store = signal === undefined ? database : endingWith(database, signal)
  const report = createFaultReport(MAX_FAULTS)
  const counts = { blocks: 0, accounts: 0 }
  await untilUnreadable(report, async () => {
    const head = readHead(store)
    if (head === undefined) return
    const onBlock = (number: bigint, last: bigint): void => {
      counts.blocks++
      onProgress({ step: 'blocks', done: Number(number) + 1, total: Number(last) + 1 })
    }
    const blockChecks: BlockChecks = { store, codecs, report, isDeep: deep, onBlock }
    await checkCanonicalBlocks(blockChecks, head)
    if (!deep) return
    const onEntry = (done: number): void => onProgress({ step: 'orphans', done, total: undefined })
    await checkOrphans(blockChecks, onEntry)
    const root = headStateRoot(store)
    const onAccount = (count: number): void => {
      counts.accounts = count
      onProgress({ step: 'state', done: count, total: undefined })
    }
    const pause = async (): Promise<void> => {
      await nextTurn()
      signal?.throwIfAborted()
      onProgress({ step: 'state', done: counts.accounts, total: undefined })
    }
    if (root === undefined) report.add('missing', 'the head has no header', keyOf('head'))
    else await checkState({ store, report, onAccount, pause }, root)
    const onHistory = (done: number, total: number): void => onProgress({ step: 'history', done, total })
    await checkHistory({ store, report, onBlock: onHistory }, head)
  })
  return { faults: report.faults, ...counts }
}

/** A record that cannot even be decoded is the last fault that is found. */
async function untilUnreadable(report: FaultReport, checks: () => Promise<void>): Promise<void> {
  try {
    await checks()
  } catch (error) {
    const isDamage = error instanceof RuleError || (error instanceof StorageError && error.code === 'STORAGE_DAMAGED')
    if (!isDamage) throw error
    report.add('undecodable', `the check ends here: ${error.message}`)
  }
}

/** The same store, whose scans and slow reads end with the signal. */
function endingWith(store: Store, signal: AbortSignal): Store {
  return {
    ...store,
    get: async (key) => {
      signal.throwIfAborted()
      return store.get(key)
    },
    entries: async function* (range) {
      for await (const entry of store.entries(range)) {
        signal.throwIfAborted()
        yield entry
      }
    },
  }
}
