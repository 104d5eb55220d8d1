import { type Address, type Bloom, bloomTest, equalBytes, type Hash32, type Log, type Receipt } from '@poai/core'

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

/** Asks the filters of blocks whether the block can hold what is looked for. */
export function bloomSearch({ addresses, topics }: LogFilter): (bloom: Bloom) => boolean {
  const wanted = [addresses, ...topics].filter((entries) => entries.length > 0)
  const tests = wanted.map((entries) => entries.map(bloomTest))
  return (bloom) => tests.every((alternatives) => alternatives.some((mayContain) => mayContain(bloom)))
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
