import { keccak256, utf8ToBytes } from '@poai/core'
import { RandomStream } from '../../../packages/consensus/src/exam/random-stream.ts'

/**
 * What a dialogue may be made of. `train`: everything but what is held out. `entities`: stories and adventures are
 * about held-out things only. `wordings`: questions are asked in held-out words only, where there are any.
 */
export type Split = 'train' | 'entities' | 'wordings'

/** Of the entities of a list, one in so many is held out. */
const ENTITIES_PER_HELD_OUT = 11

/** Lists of wordings of at least this many lose their last to the test. */
const WORDINGS_WITH_HELD_OUT = 5

/** Draws words for one dialogue; the same label draws the same. */
export class Draw {
  readonly split: Split
  readonly #stream: RandomStream

  constructor(label: string, split: Split) {
    this.split = split
    this.#stream = new RandomStream(keccak256(utf8ToBytes(label)))
  }

  below(count: number): number {
    return this.#stream.below(count)
  }

  percent(share: number): boolean {
    return this.#stream.below(100) < share
  }

  pick<Item>(list: readonly Item[]): Item {
    return this.#stream.pick(list)
  }

  /** `count` different members, fewer if there are fewer. */
  several<Item>(list: readonly Item[], count: number): readonly Item[] {
    const rest = [...list]
    const drawn: Item[] = []
    while (drawn.length < count && rest.length > 0) drawn.push(...rest.splice(this.below(rest.length), 1))
    return drawn
  }

  /** An entity of a list that is split. */
  entity<Item>(list: readonly Item[]): Item {
    const wantHeldOut = this.split === 'entities'
    for (;;) {
      const index = this.below(list.length)
      if ((index % ENTITIES_PER_HELD_OUT === ENTITIES_PER_HELD_OUT - 1) === wantHeldOut) return list[index] as Item
    }
  }

  /** A wording of a list that is split. */
  wording<Item>(list: readonly Item[]): Item {
    if (list.length < WORDINGS_WITH_HELD_OUT) return this.pick(list)
    if (this.split === 'wordings') return list.at(-1) as Item
    return list[this.below(list.length - 1)] as Item
  }
}
