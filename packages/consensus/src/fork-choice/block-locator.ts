import { equalBytes, type Hash32 } from '@poai/core'

/** How many of the newest blocks are all named: most forks are younger. */
const DENSE_ENTRIES = 10n

/** Ten at a distance of 1, then distances that double up to 2^64, and the genesis block. */
export const MAX_LOCATOR_ENTRIES = 75

/** One block of a chain, by place and name. */
export interface LocatorEntry {
  readonly number: bigint
  readonly hash: Hash32
}

/**
 * The numbers that describe a chain of this height to a peer, newest first: dense near the end, then exponentially
 * sparser, down to 0.
 */
export function locatorNumbers(head: bigint): readonly bigint[] {
  const numbers: bigint[] = []
  let step = 1n
  for (let number = head; number > 0n; number -= step) {
    numbers.push(number)
    if (BigInt(numbers.length) >= DENSE_ENTRIES) step *= 2n
  }
  return [...numbers, 0n]
}

/** Describes the chain that ends at `head` in at most {@link MAX_LOCATOR_ENTRIES} entries. */
export function blockLocator(head: bigint, hashOf: (number: bigint) => Hash32): readonly LocatorEntry[] {
  return locatorNumbers(head).map((number) => ({ number, hash: hashOf(number) }))
}

/**
 * The newest entry of a peer's locator that our chain has too, or undefined if there is none (another genesis block).
 * `hashOf` answers undefined above our head. Entries are tried in the peer's order.
 */
export function findSharedEntry(
  locator: readonly LocatorEntry[],
  hashOf: (number: bigint) => Hash32 | undefined,
): LocatorEntry | undefined {
  return locator.find(({ number, hash }) => {
    const ours = hashOf(number)
    return ours !== undefined && equalBytes(ours, hash)
  })
}
