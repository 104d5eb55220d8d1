import { type Address, bloomMayContain, equalBytes, type Hash32, type Log, type Receipt } from '@poai/core'
import { ChainError } from '../chain-error.ts'
import type { ChainReader } from '../database/chain-database.ts'

/** Which logs: as `eth_getLogs` asks for them. */
export interface LogFilter {
  /** One of these, or any if there is none. */
  readonly addresses: readonly Address[]
  /** At each place one of these, or any topic where there is none; a log with fewer topics does not match. */
  readonly topics: readonly (readonly Hash32[])[]
}

/** A log and where it is. */
export interface FoundLog {
  readonly log: Log
  readonly blockHash: Hash32
  readonly blockNumber: bigint
  readonly transactionHash: Hash32
  readonly transactionIndex: number
  /** Among all logs of its block. */
  readonly logIndex: number
}

/** A search over canonical blocks, both ends included. */
export interface LogSearch extends LogFilter {
  readonly from: bigint
  readonly to: bigint
  readonly signal?: AbortSignal
}

/** Blocks that one search looks at; ten thousand headers are some 50 ms. */
export const MAX_LOG_SEARCH_BLOCKS = 10_000n
/** Logs that one search may find: an answer of a few megabytes. */
export const MAX_FOUND_LOGS = 10_000

/** True if a block whose filter this is can hold what is looked for. */
export function bloomMayMatch(bloom: Parameters<typeof bloomMayContain>[0], { addresses, topics }: LogFilter): boolean {
  const mayContainOne = (entries: readonly Uint8Array[]): boolean =>
    entries.length === 0 || entries.some((entry) => bloomMayContain(bloom, entry))
  return mayContainOne(addresses) && topics.every(mayContainOne)
}

/** True if the log is one of those that are looked for. */
export function logMatches({ address, topics: found }: Log, { addresses, topics }: LogFilter): boolean {
  if (addresses.length > 0 && !addresses.some((wanted) => equalBytes(wanted, address))) return false
  return topics.every((wanted, place) => {
    const topic = found[place]
    if (topic === undefined) return false
    return wanted.length === 0 || wanted.some((candidate) => equalBytes(candidate, topic))
  })
}

/** The matching logs of a block whose receipts these are. */
export function logsOfReceipts(
  place: Pick<FoundLog, 'blockHash' | 'blockNumber'>,
  block: { readonly receipts: readonly Receipt[]; readonly transactionHashes: readonly Hash32[] },
  filter: LogFilter,
): readonly FoundLog[] {
  const found: FoundLog[] = []
  let logIndex = 0
  for (const [transactionIndex, { logs }] of block.receipts.entries()) {
    for (const log of logs) {
      if (logMatches(log, filter)) {
        const transactionHash = block.transactionHashes[transactionIndex] as Hash32
        found.push({ ...place, log, transactionHash, transactionIndex, logIndex })
      }
      logIndex++
    }
  }
  return found
}

/** Finds logs of canonical blocks in their order; reads receipts only where a header's filter lets something hope. */
export async function findLogs(
  reader: Pick<ChainReader, 'canonicalHash' | 'header' | 'receipts' | 'body'>,
  search: LogSearch,
): Promise<readonly FoundLog[]> {
  const { from, to, signal } = search
  if (to - from >= MAX_LOG_SEARCH_BLOCKS) {
    throw new ChainError('CHAIN_BUSY', 'a search for logs looks at too many blocks', {
      expected: `at most ${MAX_LOG_SEARCH_BLOCKS} blocks`,
      actual: `${to - from + 1n} blocks`,
    })
  }
  const found: FoundLog[] = []
  for (let number = from; number <= to; number++) {
    signal?.throwIfAborted()
    const blockHash = reader.canonicalHash(number)
    const header = blockHash === undefined ? undefined : reader.header(blockHash)
    if (blockHash === undefined || header === undefined) break
    if (!bloomMayMatch(header.logsBloom, search)) continue
    const [receipts, body] = [await reader.receipts(blockHash), await reader.body(blockHash)]
    if (receipts === undefined || body === undefined) {
      throw new ChainError('CHAIN_NOT_KEPT', 'the receipts of a block are not kept', { actual: `block ${number}` })
    }
    const transactionHashes = body.transactions.map(({ hash }) => hash)
    found.push(...logsOfReceipts({ blockHash, blockNumber: number }, { receipts, transactionHashes }, search))
    if (found.length > MAX_FOUND_LOGS) {
      throw new ChainError('CHAIN_BUSY', 'a search for logs finds too many', { expected: `at most ${MAX_FOUND_LOGS}` })
    }
  }
  return found
}
