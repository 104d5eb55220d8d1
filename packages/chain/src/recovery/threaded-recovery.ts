import type { RuleError, Startable, Transaction, TransactionCodec } from '@poai/core'
import { packSignatures, type SenderRecovery, unpackSenders } from '@poai/execution'
import { inlineRecovery } from './inline-recovery.ts'
import { createInlineDecoder, type TransactionDecoder } from './transaction-decoder.ts'
import { TransactionThread } from './transaction-thread.ts'

export interface ThreadedRecoveryOptions {
  readonly threads: number
}

/**
 * Recovers senders and decodes on other threads, so that large blocks and strangers' transactions do not hold up
 * sockets and the clock.
 */
export interface ThreadedRecovery extends SenderRecovery, Startable {
  /** On the same threads, of the codec's chain. */
  decoderOf(codec: TransactionCodec): TransactionDecoder
}

/** Signatures that one thread gets at a time: some 3 ms of work, so that a block is spread over all threads. */
const CHUNK = 64
/** With so few, the way to a thread and back takes longer than the work. */
const INLINE = 4
/** So many bytes of transactions are hashed in less than the way to a thread takes. */
const INLINE_BYTES = 4096

/** A pool of threads. They start when they are first needed; `stop` ends them, and what is under way is rejected. */
export function createThreadedRecovery({ threads }: ThreadedRecoveryOptions): ThreadedRecovery {
  const pool = Array.from({ length: threads }, () => new TransactionThread())
  const leastLoaded = (): TransactionThread =>
    pool.reduce((least, thread) => (thread.load < least.load ? thread : least))
  return {
    recover: async (transactions, signal, meter) => {
      signal?.throwIfAborted()
      if (transactions.length <= INLINE || threads === 0) return inlineRecovery.recover(transactions, signal, meter)
      const answers = await Promise.all(
        chunksOf(transactions).map((chunk) => leastLoaded().recover(packSignatures(chunk), meter)),
      )
      signal?.throwIfAborted()
      return answers.flatMap(unpackSenders)
    },
    decoderOf: (codec) => {
      const inline = createInlineDecoder(codec)
      const { chainId } = codec
      return {
        decode: async (encodings, options = {}) => {
          options.signal?.throwIfAborted()
          const sizeBytes = encodings.reduce((sum, { length }) => sum + length, 0)
          const isSmall = encodings.length <= INLINE && sizeBytes <= INLINE_BYTES
          if (isSmall || threads === 0) return inline.decode(encodings, options)
          const { meter } = options
          const chunks: Promise<readonly (Transaction | RuleError)[]>[] = []
          for (const chunk of chunksOf(encodings)) chunks.push(leastLoaded().decode(chunk, { chainId, meter }))
          return (await Promise.all(chunks)).flat()
        },
      }
    },
    start: async () => undefined,
    stop: async () => {
      await Promise.all(pool.map((thread) => thread.stop()))
    },
  }
}

function chunksOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  const chunks: (readonly T[])[] = []
  for (let at = 0; at < all.length; at += CHUNK) chunks.push(all.slice(at, at + CHUNK))
  return chunks
}
