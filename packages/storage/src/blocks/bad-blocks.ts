import { concatBytes, type Hash32, type RuleCode, utf8ToBytes } from '@poai/core'
import { decodeNumber, hashedKey, NUMBER_BYTES, numberedKey, tableRange } from '../keys.ts'
import type { Store, SyncReader } from '../store/store.ts'
import type { WriteBatch } from '../store/write-batch.ts'

/** Blocks that are remembered as bad: enough for every invalid block that a day's peers may send, 100 kB of disk. */
export const MAX_BAD_BLOCKS = 1024

/** The rule that a block broke for good, or undefined if it is not known as bad. */
export function badBlockRule(reader: SyncReader, hash: Hash32): RuleCode | undefined {
  const bytes = reader.getSync(hashedKey('badBlocks', hash))
  return bytes === undefined ? undefined : (new TextDecoder().decode(bytes.subarray(NUMBER_BYTES)) as RuleCode)
}

/** Forgets all of them: they were judged by rules that are not those of their heights. */
export async function forgetBadBlocks(store: Store, batch: WriteBatch): Promise<void> {
  for (const table of ['badBlocks', 'badBlockOrder'] as const)
    for await (const [key] of store.entries(tableRange(table))) batch.delete(key)
}

/** Remembers a block as bad, in the place of the one that was remembered longest ago if there are too many. */
export async function putBadBlock(
  store: Store,
  batch: WriteBatch,
  bad: { readonly hash: Hash32; readonly rule: RuleCode },
): Promise<void> {
  if (batch.getSync(hashedKey('badBlocks', bad.hash)) !== undefined) return
  const places: bigint[] = []
  const hashes: Uint8Array[] = []
  for await (const [key, hash] of store.entries(tableRange('badBlockOrder'))) {
    places.push(decodeNumber(key, 1))
    hashes.push(hash)
  }
  const surplus = places.length + 1 - MAX_BAD_BLOCKS
  for (let i = 0; i < surplus; i++) {
    batch.delete(numberedKey('badBlockOrder', places[i] as bigint))
    batch.delete(hashedKey('badBlocks', hashes[i] as Uint8Array))
  }
  let place = (places.at(-1) ?? 0n) + 1n
  // The batch may remember others already: the scan does not see those.
  while (batch.getSync(numberedKey('badBlockOrder', place)) !== undefined) place++
  const placeKey = numberedKey('badBlockOrder', place)
  batch.put(placeKey, bad.hash)
  batch.put(hashedKey('badBlocks', bad.hash), concatBytes(placeKey.subarray(1), utf8ToBytes(bad.rule)))
}
