import { sha256, utf8ToBytes } from '@poai/core'
import type { KnownPeer } from './known-peer.ts'

/** How a table of peers is divided. */
export interface PeerTableOptions {
  /** Sets this table apart from others with the same secret. */
  readonly name: string
  /** Known to this node alone: nobody else can tell which peers share a bucket. */
  readonly secret: Uint8Array
  readonly buckets: number
  /** Peers of one bucket, at most. */
  readonly bucketSize: number
  /** Buckets that one group can reach, at most. */
  readonly bucketsPerGroup: number
}

/**
 * Peers in buckets of a fixed size. A group, however many peers it has, reaches few of the buckets, and a secret
 * decides which.
 */
export class PeerTable {
  readonly #options: PeerTableOptions
  readonly #buckets: readonly Map<string, KnownPeer>[]
  readonly #bucketOfName = new Map<string, number>()

  constructor(options: PeerTableOptions) {
    this.#options = options
    this.#buckets = Array.from({ length: options.buckets }, () => new Map())
  }

  get size(): number {
    return this.#bucketOfName.size
  }

  /** In their buckets. */
  buckets(): readonly (readonly KnownPeer[])[] {
    return this.#buckets.map((bucket) => [...bucket.values()])
  }

  bucket(index: number): readonly KnownPeer[] {
    return [...(this.#buckets[index]?.values() ?? [])]
  }

  get(name: string): KnownPeer | undefined {
    return this.#bucketAt(this.#bucketOfName.get(name))?.get(name)
  }

  /** The bucket for what belongs to a group; `key` chooses among those that the group reaches. */
  indexOf(group: string, key: string): number {
    const { buckets, bucketsPerGroup } = this.#options
    const slot = this.#hash('slot', group, key) % bucketsPerGroup
    return this.#hash('bucket', group, `${slot}`) % buckets
  }

  /** Puts a peer into a bucket, where it may replace what was known of it. False if there is no room. */
  place(index: number, peer: KnownPeer): boolean {
    const bucket = this.#bucketAt(index)
    if (bucket === undefined) return false
    if (!bucket.has(peer.name) && bucket.size >= this.#options.bucketSize) return false
    this.delete(peer.name)
    bucket.set(peer.name, peer)
    this.#bucketOfName.set(peer.name, index)
    return true
  }

  /** Changes what is known of a peer, which stays where it is. */
  change(peer: KnownPeer): void {
    this.#bucketAt(this.#bucketOfName.get(peer.name))?.set(peer.name, peer)
  }

  delete(name: string): boolean {
    const gone = this.#bucketAt(this.#bucketOfName.get(name))?.delete(name) ?? false
    this.#bucketOfName.delete(name)
    return gone
  }

  #bucketAt(index: number | undefined): Map<string, KnownPeer> | undefined {
    return index === undefined ? undefined : this.#buckets[index]
  }

  #hash(...parts: readonly string[]): number {
    const { name, secret } = this.#options
    const text = utf8ToBytes(JSON.stringify([name, ...parts]))
    const digest = sha256(Uint8Array.of(...secret, ...text))
    return new DataView(digest.buffer, digest.byteOffset).getUint32(0)
  }
}
