import { keccak256, uintToBytes } from '@poai/core'

/** Numbers that look random and are the same on every run. */
export interface Random {
  /** From 0 to `limit` - 1. */
  below(limit: number): number
  bytes(length: number): Uint8Array
  pick<Item>(items: readonly Item[]): Item
}

/** A stream of random numbers that `seed` decides. */
export function createRandom(seed: string): Random {
  const key = keccak256(new TextEncoder().encode(seed))
  let block = 0
  let pool = new Uint8Array(0)
  const bytes = (length: number): Uint8Array => {
    const result = new Uint8Array(length)
    for (let i = 0; i < length; i++) {
      if (pool.length === 0) pool = new Uint8Array(keccak256(key, uintToBytes(BigInt(block++), 8)))
      result[i] = pool[0] as number
      pool = pool.subarray(1)
    }
    return result
  }
  const below = (limit: number): number => {
    const [a, b, c, d] = bytes(4) as unknown as [number, number, number, number]
    return (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) % limit
  }
  return { below, bytes, pick: (items) => items[below(items.length)] as (typeof items)[number] }
}
