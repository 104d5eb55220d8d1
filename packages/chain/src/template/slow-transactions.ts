import { bytesToHex, type Hash32, type Hex } from '@poai/core'

/** More than a full pool of them; whatever was noted first is forgotten. */
const MAX_REMEMBERED = 8192

/**
 * Transactions whose execution takes more of a template's time than of its gas: they would use up the time and leave most of the block empty.
 * Templates take them last.
 */
export class SlowTransactions {
  readonly #hashes = new Set<Hex>()

  has(hash: Hash32): boolean {
    return this.#hashes.has(bytesToHex(hash))
  }

  add(hash: Hash32): void {
    const name = bytesToHex(hash)
    this.#hashes.delete(name)
    this.#hashes.add(name)
    if (this.#hashes.size <= MAX_REMEMBERED) return
    const [oldest] = this.#hashes
    if (oldest !== undefined) this.#hashes.delete(oldest)
  }
}
