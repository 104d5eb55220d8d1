import type { ChainHead } from '../blocks/chain-head.ts'
import { numberedKey, tableRange } from '../keys.ts'
import { readHorizons } from '../prune/horizons.ts'
import { decodeChangedKeys } from '../state/changed-keys.ts'
import { decodeHistory, NO_BLOCK } from '../state/version-chain.ts'
import type { Store } from '../store/store.ts'
import type { FaultReport } from './fault.ts'

/** What the checks of the history work with. */
export interface HistoryChecks {
  readonly store: Store
  readonly report: FaultReport
  /** So many of the blocks in the window are done. */
  readonly onBlock: (done: number, total: number) => void
}

/**
 * Every block in the window lists what it changed, each of those has its value before, and no value before is left
 * over.
 */
export async function checkHistory({ store, report, onBlock }: HistoryChecks, head: ChainHead): Promise<void> {
  const { history, undo } = readHorizons(store)
  const listed = { accountHistory: 0, slotHistory: 0 }
  for (let number = history + 1n; number <= head.number; number++) {
    if (report.isFull()) return
    onBlock(Number(number - history), Number(head.number - history))
    const key = numberedKey('changedKeys', number)
    const record = await store.get(key)
    if (record === undefined) {
      report.add('missing', `no list of what block ${number} changed`, key)
      continue
    }
    const { accounts, slots } = decodeChangedKeys(record)
    for (const owner of accounts) checkRecord({ store, report }, numberedKey('accountHistory', number, owner), number)
    for (const owner of slots) checkRecord({ store, report }, numberedKey('slotHistory', number, owner), number)
    listed.accountHistory += accounts.length
    listed.slotHistory += slots.length
    const undoKey = numberedKey('undoNodes', number)
    if (number > undo && store.getSync(undoKey) === undefined)
      report.add('missing', `no undo record of block ${number}`, undoKey)
  }
  for (const table of ['accountHistory', 'slotHistory'] as const) {
    let count = 0
    for await (const _ of store.entries(tableRange(table))) count++
    if (count > listed[table])
      report.add('orphan', `${count - listed[table]} records in ${table} are of no block`, tableRange(table).gte)
  }
}

function checkRecord(
  { store, report }: Pick<HistoryChecks, 'store' | 'report'>,
  key: Uint8Array,
  number: bigint,
): void {
  const bytes = store.getSync(key)
  if (bytes === undefined) {
    report.add('missing', `no value from before block ${number}`, key)
    return
  }
  const { previous, jump } = decodeHistory(bytes)
  const isPast = (block: bigint): boolean => block === NO_BLOCK || block < number
  if (!isPast(previous) || !isPast(jump))
    report.add('wrong-history', `a change before block ${number} is after it`, key)
}
