import { BLOOM_BYTES, type Bloom, toBloom } from '../branded.ts'
import { keccak256 } from '../keccak.ts'
import type { Log } from './receipt.ts'

/** A bit of the filter: a byte, and which of its bits. */
interface BloomBit {
  readonly index: number
  readonly mask: number
}

/** An entry sets three of the filter's 2,048 bits, each named by 11 bits of its hash (Yellow Paper, section 4.3.1). */
function bitsOf(entry: Uint8Array): readonly BloomBit[] {
  const digest = keccak256(entry)
  return [0, 2, 4].map((i) => {
    const bit = (((digest[i] as number) << 8) | (digest[i + 1] as number)) & 2047
    return { index: BLOOM_BYTES - 1 - (bit >> 3), mask: 1 << (bit & 7) }
  })
}

function addEntry(bloom: Uint8Array, entry: Uint8Array): void {
  for (const { index, mask } of bitsOf(entry)) bloom[index] = (bloom[index] as number) | mask
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

/**
 * Asks many filters about one `entry` (an address or topic): false if it is surely in no log that the filter covers.
 */
export function bloomTest(entry: Uint8Array): (bloom: Bloom) => boolean {
  const bits = bitsOf(entry)
  return (bloom) => bits.every(({ index, mask }) => ((bloom[index] as number) & mask) !== 0)
}

/** False if `entry` is surely in no log that the filter covers. */
export function bloomMayContain(bloom: Bloom, entry: Uint8Array): boolean {
  return bloomTest(entry)(bloom)
}
