import { ChainError } from '../chain-error.ts'
import { type LogIndex, MAX_LOG_SEARCH_BLOCKS } from './log-index.ts'
import { bloomSearch, type FoundLog, type LogFilter, logMatches } from './match-logs.ts'

/** A search over canonical blocks, both ends included. */
export interface LogSearch extends LogFilter {
  readonly from: bigint
  readonly to: bigint
  readonly signal?: AbortSignal
  /** Asked at each block: undefined, or what to wait for. */
  readonly pause?: () => Promise<void> | undefined
}

/** Logs that one search may find: an answer of a few megabytes. */
export const MAX_FOUND_LOGS = 10_000

/** Finds logs of canonical blocks in their order; reads receipts only where a header's filter leaves hope. */
export async function findLogs(index: LogIndex, search: LogSearch): Promise<readonly FoundLog[]> {
  const { from, to, signal, pause } = search
  if (to - from >= MAX_LOG_SEARCH_BLOCKS) {
    throw new ChainError('CHAIN_BUSY', 'a search for logs looks at too many blocks', {
      expected: `at most ${MAX_LOG_SEARCH_BLOCKS} blocks`,
      actual: `${to - from + 1n} blocks`,
    })
  }
  const mayMatch = bloomSearch(search)
  const found: FoundLog[] = []
  index.followHead()
  for (let number = from; number <= to; number++) {
    signal?.throwIfAborted()
    const rest = pause?.()
    if (rest !== undefined) {
      await rest
      // Time has passed, and the chain may have changed.
      index.followHead()
    }
    const block = index.block(number)
    if (block === undefined) break
    if (!mayMatch(block.header.logsBloom)) continue
    for (const entry of index.knownLogs(block) ?? (await index.readLogs(block))) {
      if (logMatches(entry.log, search)) found.push(entry)
    }
    if (found.length > MAX_FOUND_LOGS) {
      throw new ChainError('CHAIN_BUSY', 'a search for logs finds too many', { expected: `at most ${MAX_FOUND_LOGS}` })
    }
  }
  return found
}
