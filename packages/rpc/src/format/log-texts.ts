import { type Call, PreparedJson } from '@poai/api'
import type { FoundLog } from '@poai/chain'
import { writeList } from '../dispatch/write-list.ts'
import { formatLog } from './format-receipt.ts'

/** Writes each log once: the chain hands out the same object as long as it remembers the log. */
export class LogTexts {
  readonly #texts = new WeakMap<FoundLog, string>()

  /** A log of the chain as JSON. */
  of(found: FoundLog): string {
    const known = this.#texts.get(found)
    if (known !== undefined) return known
    const text = JSON.stringify(formatLog(found))
    this.#texts.set(found, text)
    return text
  }

  /** An answer that is these logs. */
  async listOf(found: readonly FoundLog[], call: Pick<Call, 'pause' | 'grow'>): Promise<PreparedJson> {
    return new PreparedJson(await writeList(found, (log) => this.of(log), call))
  }
}
