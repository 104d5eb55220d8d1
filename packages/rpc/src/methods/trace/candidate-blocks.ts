import type { Call } from '@poai/api'
import type { AccountIndex } from '@poai/chain'
import type { Address } from '@poai/core'

/** A block that may have what is looked for. */
export interface Candidate {
  readonly number: bigint
  /** The transactions that may have it; undefined: all of them. */
  readonly only: ReadonlySet<number> | undefined
}

/** Whose calls are looked for. */
export interface WantedAccounts {
  readonly callers: readonly Address[]
  readonly called: readonly Address[]
  /** A caller and a called one, in the same call; otherwise either. */
  readonly needsBoth: boolean
}

/** Entries of the index that are held at a time, and of one account at least. */
const MAX_ENTRIES = 20_000
const MIN_ENTRIES = 16

interface Gathered {
  readonly callers: Set<number>
  readonly called: Set<number>
}

interface Range {
  readonly from: bigint
  readonly to: bigint
  readonly call: Pick<Call, 'pause'>
}

/**
 * Blocks with transactions in which the accounts called and were called, and blocks that they mined, in the order of
 * the chain. It reads the index in windows, so that it holds little however much there is.
 */
export async function* candidateBlocks(
  reader: AccountIndex['reader'],
  wanted: WantedAccounts,
  { from, to, call }: Range,
): AsyncIterable<Candidate> {
  for (let start = from; start <= to; ) {
    const window = await gatherWindow(reader, wanted, { from: start, to, call })
    const numbers = [...window.blocks.keys()].filter((number) => number <= window.end)
    for (const number of numbers.sort((a, b) => (a < b ? -1 : 1))) {
      const { callers, called } = window.blocks.get(number) as Gathered
      yield { number, only: wanted.needsBoth ? callers.intersection(called) : callers.union(called) }
    }
    start = window.end + 1n
  }
}

/** What the index has from a height on: of each account its share, and all up to `end`. */
async function gatherWindow(
  reader: AccountIndex['reader'],
  { callers, called, needsBoth }: WantedAccounts,
  { from, to, call }: Range,
): Promise<{ readonly blocks: ReadonlyMap<bigint, Gathered>; readonly end: bigint }> {
  const share = Math.max(MIN_ENTRIES, Math.floor(MAX_ENTRIES / (callers.length + called.length)))
  const blocks = new Map<bigint, Gathered>()
  let end = to
  const blockAt = (number: bigint): Gathered => {
    const known = blocks.get(number) ?? { callers: new Set(), called: new Set() }
    blocks.set(number, known)
    return known
  }
  /** Whole blocks, until there are enough: the window ends with the last of them. */
  const gather = async <Place>(
    places: AsyncIterable<Place>,
    numberOf: (place: Place) => bigint,
    add: (place: Place) => void,
  ): Promise<void> => {
    let count = 0
    let last: bigint | undefined
    for await (const place of places) {
      const rest = call.pause()
      if (rest !== undefined) await rest
      if (count++ >= share && last !== undefined && numberOf(place) > last) {
        end = last
        return
      }
      last = numberOf(place)
      add(place)
    }
  }
  for (const [side, addresses] of [['callers', callers] as const, ['called', called] as const]) {
    const role = side === 'callers' ? 'caller' : 'called'
    for (const address of addresses) {
      await gather(
        reader.touched(address, { from, to: end, role }),
        ({ number }) => number,
        ({ number, index }) => blockAt(number)[side].add(index),
      )
    }
  }
  if (needsBoth) return { blocks, end }
  for (const address of called) await gather(reader.mined(address, { from, to: end }), (number) => number, blockAt)
  return { blocks, end }
}
