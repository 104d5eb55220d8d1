import { RuleError, type Transaction, type TransactionCodec } from '@poai/core'
import type { CostMeter } from '../pace/cost-meter.ts'
import { createPace } from '../pace/pace.ts'

/**
 * Reads transactions of strangers, on other threads where there are some: it is as expensive as finding the sender
 * (measured: 85 µs).
 */
export interface TransactionDecoder {
  /** In the order of the encodings: each transaction, or the rule that its bytes break. */
  decode(
    encodings: readonly Uint8Array[],
    options?: { readonly meter?: CostMeter; readonly signal?: AbortSignal | undefined },
  ): Promise<readonly (Transaction | RuleError)[]>
}

/** What bytes say, or the rule that they break. */
export function decodeOrRefuse(codec: TransactionCodec, bytes: Uint8Array): Transaction | RuleError {
  try {
    return codec.decode(bytes)
  } catch (error) {
    if (error instanceof RuleError) return error
    throw error
  }
}

/** Decodes on the thread that asks, in turns. For tools and tests; a node under load takes other threads. */
export function createInlineDecoder(codec: TransactionCodec): TransactionDecoder {
  return {
    decode: async (encodings, { meter, signal } = {}) => {
      const decoded: (Transaction | RuleError)[] = []
      const pace = createPace()
      for (const bytes of encodings) {
        if (pace.isDue()) await pace.rest()
        signal?.throwIfAborted()
        const work = (): Transaction | RuleError => decodeOrRefuse(codec, bytes)
        decoded.push(meter === undefined ? work() : meter.run(work))
      }
      return decoded
    },
  }
}
