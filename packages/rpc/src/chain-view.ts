import { type BlockHeight, type BlockPlace, RpcError } from '@poai/api'
import { type Chain, type ChainQueries, createCachedRecovery, type FoundTransaction, type PastState } from '@poai/chain'
import {
  type Address,
  type Block,
  equalBytes,
  type Hash32,
  type Header,
  headerHash,
  invariant,
  type Transaction,
} from '@poai/core'
import type { SenderRecovery } from '@poai/execution'
import { HeadState } from './head-state.ts'

/** A header and the name of its block. */
export interface NamedHeader {
  readonly header: Header
  readonly hash: Hash32
}

/** A block with the senders of its transactions. */
export interface SentBlock extends NamedHeader {
  readonly block: Block
  readonly senders: readonly Address[]
}

/** The chain as methods ask for it: by the names that clients use. */
export class ChainView {
  readonly #chain: Pick<Chain, 'head'>
  readonly #queries: ChainQueries
  readonly #recovery: SenderRecovery
  readonly #headState: HeadState
  /**
   * Hashes of headers: hashing one costs more than finding it, and the reader hands out the same object for some time.
   */
  readonly #hashes = new WeakMap<Header, Hash32>()
  #newest: { readonly head: ReturnType<Chain['head']>; readonly named: NamedHeader } | undefined

  constructor(chain: Pick<Chain, 'head' | 'queries' | 'onHead'>, recovery: SenderRecovery) {
    this.#headState = new HeadState(chain)
    this.#chain = chain
    this.#queries = chain.queries
    this.#recovery = createCachedRecovery(recovery)
  }

  /** The height that a tag or number names, whether or not there is a block. */
  heightOf(place: BlockHeight): bigint {
    if (place.kind === 'number') return place.number
    // The pending block is shown as the newest one: what is pending is in the methods of the pool.
    return this.#queries.numberOf(place.tag === 'pending' ? 'latest' : place.tag)
  }

  /** Undefined if there is no such block. */
  header(place: BlockPlace): NamedHeader | undefined {
    if (isNewest(place)) return this.#newestHeader()
    const header = this.#queries.header(place.kind === 'hash' ? place.hash : this.heightOf(place))
    if (header === undefined) return undefined
    const hash = place.kind === 'hash' ? place.hash : this.#hashOf(header)
    if (place.kind === 'hash' && place.requireCanonical && !this.isCanonical({ header, hash })) return undefined
    return { header, hash }
  }

  /** True if the block is on the canonical chain. */
  isCanonical({ header, hash }: NamedHeader): boolean {
    return this.isOnChain(header.number, hash)
  }

  /** True if that block is on the canonical chain. */
  isOnChain(number: bigint, hash: Hash32): boolean {
    const canonical = this.canonicalHash(number)
    return canonical !== undefined && equalBytes(canonical, hash)
  }

  /** The same object until there is another head. */
  head(): ReturnType<Chain['head']> {
    return this.#chain.head()
  }

  /** Throws the error that clients expect if there is no such block. */
  requireHeader(place: BlockPlace): NamedHeader {
    const found = this.header(place)
    if (found === undefined) throw new RpcError('serverError', 'header not found')
    return found
  }

  async block(place: BlockPlace): Promise<SentBlock | undefined> {
    const named = this.header(place)
    if (named === undefined) return undefined
    const block = await this.#queries.block(named.hash)
    if (block === undefined) return undefined
    return { ...named, block, senders: await this.senders(block.body.transactions) }
  }

  async transaction(hash: Hash32): Promise<(FoundTransaction & { readonly sender: Address }) | undefined> {
    const found = await this.#queries.transaction(hash)
    if (found === undefined) return undefined
    const [sender] = await this.senders([found.transaction])
    invariant(sender !== undefined, 'a mined transaction has a sender')
    return { ...found, sender }
  }

  senders(transactions: readonly Transaction[]): Promise<readonly Address[]> {
    return this.#recovery.recover(transactions)
  }

  /** Reads the state after a block that is on the chain; the state lasts as long as `read` does. */
  withState<T>(place: BlockPlace, read: (state: PastState, at: NamedHeader) => T | Promise<T>): T | Promise<T> {
    const at = this.requireHeader(place)
    if (!isNewest(place) && !this.isCanonical(at))
      throw new RpcError('serverError', 'the block is not on the canonical chain: its state is not kept')
    if (at.header.number === this.headNumber) return this.#headState.use((state) => read(state, at))
    return this.#withPastState(at, read)
  }

  async #withPastState<T>(at: NamedHeader, read: (state: PastState, at: NamedHeader) => T | Promise<T>): Promise<T> {
    const state = this.#queries.stateAt(at.header.number)
    try {
      return await read(state, at)
    } finally {
      await state.close()
    }
  }

  /** The hash of a canonical block. */
  canonicalHash(number: bigint): Hash32 | undefined {
    const header = this.#queries.header(number)
    return header === undefined ? undefined : this.#hashOf(header)
  }

  #newestHeader(): NamedHeader {
    const head = this.#chain.head()
    if (this.#newest?.head === head) return this.#newest.named
    const header = this.#queries.header(head.hash)
    invariant(header !== undefined, 'the head has a header')
    this.#newest = { head, named: { header, hash: head.hash } }
    return this.#newest.named
  }

  #hashOf(header: Header): Hash32 {
    const known = this.#hashes.get(header)
    if (known !== undefined) return known
    const hash = headerHash(header)
    this.#hashes.set(header, hash)
    return hash
  }

  /** Gives back what it holds of the database. */
  close(): void {
    this.#headState.close()
  }

  get headNumber(): bigint {
    return this.#chain.head().number
  }
}

function isNewest(place: BlockPlace): boolean {
  return place.kind === 'tag' && (place.tag === 'latest' || place.tag === 'pending')
}
