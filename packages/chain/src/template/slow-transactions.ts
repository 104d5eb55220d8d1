import { RecentHashes } from '../recent-hashes.ts'

/** More than a full pool of them. */
const MAX_REMEMBERED = 8192

/**
 * Transactions whose execution takes more of a template's time than of its gas, or that used up the time of models and
 * were left out: they would use up the time again and leave most of the block empty. Templates take them last.
 */
export class SlowTransactions extends RecentHashes {
  constructor() {
    super(MAX_REMEMBERED)
  }
}
