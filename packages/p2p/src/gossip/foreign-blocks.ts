import { bytesToHex, type Hash32 } from '@poai/core'

/** Blocks between their arrival and their import: more than are ever under way, by gossip and synchronisation together. */
const MAX_REMEMBERED = 8192

/** Remembers which blocks came from others: what becomes the head and is not among them was made here, and is news to all. */
export class ForeignBlocks {
  readonly #hashes = new Set<string>()

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
