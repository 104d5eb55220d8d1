import type { Startable, Transaction } from '@poai/core'
import { packSignatures, type SenderRecovery, unpackSenders } from '@poai/execution'
import { inlineRecovery } from './inline-recovery.ts'
import { RecoveryThread } from './recovery-thread.ts'

export interface ThreadedRecoveryOptions {
  readonly threads: number
}

/** Recovers senders on other threads, so that a large block does not hold up sockets and the clock. */
export interface ThreadedRecovery extends SenderRecovery, Startable {}

/** Signatures that one thread gets at a time: some 3 ms of work, so that a block is spread over all threads. */
const CHUNK = 64
/** With so few, the way to a thread and back takes longer than the work. */
const INLINE = 4

/** A pool of threads. They start when they are first needed; `stop` ends them, and what is under way is rejected. */
export function createThreadedRecovery({ threads }: ThreadedRecoveryOptions): ThreadedRecovery {
  const pool = Array.from({ length: threads }, () => new RecoveryThread())
  const leastLoaded = (): RecoveryThread => pool.reduce((least, thread) => (thread.load < least.load ? thread : least))
  return {
    recover: async (transactions, signal) => {
      signal?.throwIfAborted()
      if (transactions.length <= INLINE || threads === 0) return inlineRecovery.recover(transactions, signal)
      const answers = await Promise.all(chunksOf(transactions).map((chunk) => leastLoaded().ask(packSignatures(chunk))))
      signal?.throwIfAborted()
      return answers.flatMap(unpackSenders)
    },
    start: async () => undefined,
    stop: async () => {
      await Promise.all(pool.map((thread) => thread.stop()))
    },
  }
}

function chunksOf(transactions: readonly Transaction[]): readonly (readonly Transaction[])[] {
  const chunks: (readonly Transaction[])[] = []
  for (let at = 0; at < transactions.length; at += CHUNK) chunks.push(transactions.slice(at, at + CHUNK))
  return chunks
}
