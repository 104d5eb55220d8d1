import { BLOOM_BYTES, type Bloom, toBloom } from '../branded.ts'
import { keccak256 } from '../keccak.ts'
import type { Log } from './receipt.ts'

/** An entry sets three of the filter's 2,048 bits, each named by 11 bits of its hash (Yellow Paper, section 4.3.1). */
function addEntry(bloom: Uint8Array, entry: Uint8Array): void {
  const digest = keccak256(entry)
  for (const i of [0, 2, 4]) {
    const bit = (((digest[i] as number) << 8) | (digest[i + 1] as number)) & 2047
    const index = BLOOM_BYTES - 1 - (bit >> 3)
    bloom[index] = (bloom[index] as number) | (1 << (bit & 7))
  }
}

/** The filter of the addresses and topics of `logs`. */
export function bloomOfLogs(logs: readonly Log[]): Bloom {
  const bloom = new Uint8Array(BLOOM_BYTES)
  for (const { address, topics } of logs) {
    addEntry(bloom, address)
    for (const topic of topics) addEntry(bloom, topic)
  }
  return toBloom(bloom)
}

/** The union of filters: a block's, from its receipts'. */
export function mergeBlooms(blooms: readonly Bloom[]): Bloom {
  const merged = new Uint8Array(BLOOM_BYTES)
  for (const bloom of blooms)
    for (let i = 0; i < BLOOM_BYTES; i++) merged[i] = (merged[i] as number) | (bloom[i] as number)
  return toBloom(merged)
}

/** False if `entry` (an address or topic) is surely in no log that the filter covers. */
export function bloomMayContain(bloom: Bloom, entry: Uint8Array): boolean {
  const wanted = new Uint8Array(BLOOM_BYTES)
  addEntry(wanted, entry)
  return wanted.every((byte, i) => ((bloom[i] as number) & byte) === byte)
}
