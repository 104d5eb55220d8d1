import { type Block, bytesToHex, type Clock, type Hash32, type Hex, invariant } from '@poai/core'

/** Bounds of the pool of blocks whose parents are not known. */
export interface OrphanLimits {
  readonly maxBlocks: number
  readonly maxBytes: number
  /** Of one source: a stranger can't take the room of the others. */
  readonly maxPerSource: number
  readonly lifetimeMs: number
}

/**
 * Orphans come when an announcement overtakes its parent: a handful, for seconds. Longer gaps are for synchronisation,
 * which asks for parents first.
 */
export const ORPHAN_DEFAULTS: OrphanLimits = {
  maxBlocks: 64,
  // Sixteen blocks of the largest size, or 64 usual ones.
  maxBytes: 32 * 1024 * 1024,
  maxPerSource: 8,
  // Several block times of every built-in network.
  lifetimeMs: 120_000,
}

/** A block that waits for its parent. */
export interface Orphan {
  readonly hash: Hash32
  readonly block: Block
  readonly sizeBytes: number
  /** Whoever sent it, by any name that the caller gives its peers. */
  readonly source: string
  /** As the import was told, 0 if it was not. */
  readonly branchWork: bigint
}

interface Entry extends Orphan {
  readonly addedAtMs: number
}

/** Blocks that wait for their parents. The oldest go first, of a source that has too many its own oldest. */
export class OrphanPool {
  readonly #limits: OrphanLimits
  readonly #clock: Pick<Clock, 'nowMs'>
  /** In the order of their coming. */
  readonly #entries = new Map<Hex, Entry>()
  #bytes = 0

  constructor(limits: OrphanLimits, clock: Pick<Clock, 'nowMs'>) {
    this.#limits = limits
    this.#clock = clock
  }

  get size(): { readonly blocks: number; readonly bytes: number } {
    return { blocks: this.#entries.size, bytes: this.#bytes }
  }

  has(hash: Hash32): boolean {
    return this.#entries.has(bytesToHex(hash))
  }

  /**
   * Keeps a block that passed the checks that need no parent. One that is there already stays with its first source.
   */
  add(orphan: Orphan): void {
    this.expire()
    if (this.has(orphan.hash) || orphan.sizeBytes > this.#limits.maxBytes) return
    const own = [...this.#entries.values()].filter(({ source }) => source === orphan.source)
    const [oldestOwn] = own
    if (oldestOwn !== undefined && own.length >= this.#limits.maxPerSource) this.#remove(oldestOwn)
    this.#entries.set(bytesToHex(orphan.hash), { ...orphan, addedAtMs: this.#clock.nowMs() })
    this.#bytes += orphan.sizeBytes
    while (this.#entries.size > this.#limits.maxBlocks || this.#bytes > this.#limits.maxBytes) this.#removeOldest()
  }

  /** Takes out the blocks that wait for this one. */
  takeChildren(parent: Hash32): readonly Orphan[] {
    this.expire()
    const name = bytesToHex(parent)
    const children = [...this.#entries.values()].filter(({ block }) => bytesToHex(block.header.parentHash) === name)
    for (const child of children) this.#remove(child)
    return children
  }

  expire(): void {
    const oldest = this.#clock.nowMs() - this.#limits.lifetimeMs
    for (const entry of this.#entries.values()) if (entry.addedAtMs < oldest) this.#remove(entry)
  }

  #removeOldest(): void {
    const [oldest] = this.#entries.values()
    invariant(oldest !== undefined, 'a pool that is too full is not empty')
    this.#remove(oldest)
  }

  #remove(entry: Entry): void {
    this.#entries.delete(bytesToHex(entry.hash))
    this.#bytes -= entry.sizeBytes
  }
}
