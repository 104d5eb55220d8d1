import { RecentHashes } from '@poai/chain'

/** Blocks between arrival and import: more than are ever under way, by gossip and synchronisation together. */
const MAX_REMEMBERED = 8192

/** Remembers which blocks came from others. A new head that is not among them was made here, and is news to all. */
export class ForeignBlocks extends RecentHashes {
  constructor() {
    super(MAX_REMEMBERED)
  }
}
