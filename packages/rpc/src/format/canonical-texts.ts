import type { PreparedJson } from '@poai/api'
import { BoundedCache } from '@poai/chain'
import { bytesToHex, type Hash32, type Hex } from '@poai/core'
import type { ChainView } from '../chain-view.ts'

interface CanonicalText {
  readonly answer: PreparedJson
  readonly blockHash: Hash32
  readonly blockNumber: bigint
  /** The head for which it was last made sure that the block is on the chain. */
  head: ReturnType<ChainView['head']>
}

/**
 * Remembers answers that stay the same as long as their block is on the chain, such as receipts, by the hash that
 * clients ask with. After each new head the block is looked up again: a reorganisation may have taken it back.
 */
export class CanonicalTexts {
  readonly #view: Pick<ChainView, 'head' | 'isOnChain'>
  readonly #texts: BoundedCache<Hex, CanonicalText>

  constructor(view: Pick<ChainView, 'head' | 'isOnChain'>, maxCharacters: number) {
    this.#view = view
    this.#texts = new BoundedCache(maxCharacters)
  }

  get(name: Hash32): PreparedJson | undefined {
    const key = bytesToHex(name)
    const known = this.#texts.get(key)
    if (known === undefined) return undefined
    const head = this.#view.head()
    if (known.head === head) return known.answer
    if (!this.#view.isOnChain(known.blockNumber, known.blockHash)) {
      this.#texts.delete(key)
      return undefined
    }
    known.head = head
    return known.answer
  }

  /** `head` is the one before the answer was looked up. */
  set(name: Hash32, answer: PreparedJson, of: Omit<CanonicalText, 'answer'>): void {
    this.#texts.set(bytesToHex(name), { ...of, answer }, answer.text.length)
  }
}
