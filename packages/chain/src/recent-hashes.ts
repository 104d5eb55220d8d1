import { bytesToHex, type Hash32, type Hex } from '@poai/core'

/** So many hashes, whichever were added last. */
export class RecentHashes {
  readonly #max: number
  readonly #hashes = new Set<Hex>()

  constructor(max: number) {
    this.#max = max
  }

  has(hash: Hash32): boolean {
    return this.#hashes.has(bytesToHex(hash))
  }

  add(hash: Hash32): void {
    const name = bytesToHex(hash)
    this.#hashes.delete(name)
    this.#hashes.add(name)
    if (this.#hashes.size <= this.#max) return
    const [oldest] = this.#hashes
    if (oldest !== undefined) this.#hashes.delete(oldest)
  }
}
