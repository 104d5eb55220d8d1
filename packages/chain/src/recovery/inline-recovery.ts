import { recoverSender, type SenderRecovery } from '@poai/execution'

/** Transactions between two looks at the signal and at other work: some 6 ms. */
const STRIDE = 128

/** Recovers senders on the thread that asks, with pauses. For tools and tests; a node under load takes other threads. */
export const inlineRecovery: SenderRecovery = {
  recover: async (transactions, signal) => {
    const senders = []
    for (const [index, transaction] of transactions.entries()) {
      if (index % STRIDE === 0 && index > 0) await new Promise(setImmediate)
      signal?.throwIfAborted()
      senders.push(recoverSender(transaction))
    }
    return senders
  },
}
