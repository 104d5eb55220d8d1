import { recoverSender, type SenderRecovery } from '@poai/execution'
import { createPace } from '../pace/pace.ts'

/** Recovers senders on the thread that asks, in turns. For tools and tests; a node under load takes other threads. */
export const inlineRecovery: SenderRecovery = {
  recover: async (transactions, signal, meter) => {
    const senders = []
    const pace = createPace()
    for (const transaction of transactions) {
      if (pace.isDue()) await pace.rest()
      signal?.throwIfAborted()
      const begunMs = performance.now()
      try {
        senders.push(recoverSender(transaction))
      } finally {
        meter?.add(performance.now() - begunMs)
      }
    }
    return senders
  },
}
