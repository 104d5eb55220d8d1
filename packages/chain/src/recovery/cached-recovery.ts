import { type Address, bytesToHex, type Hex, type Transaction } from '@poai/core'
import type { SenderRecovery } from '@poai/execution'

/** Senders to remember: those of a full pool and of several full blocks; about 200 bytes each. */
export const MAX_CACHED_SENDERS = 16_384

/**
 * Remembers who signed what, for longest what was found last: a transaction passes the pool, a block's checks and its
 * execution, and recovery is the most expensive part of a transfer. The hash covers the signature, so it stands for the
 * sender.
 */
export function createCachedRecovery(inner: SenderRecovery, maxSenders: number = MAX_CACHED_SENDERS): SenderRecovery {
  const senders = new Map<Hex, Address>()
  const remember = (name: Hex, sender: Address): void => {
    senders.delete(name)
    senders.set(name, sender)
    if (senders.size <= maxSenders) return
    const [oldest] = senders.keys()
    if (oldest !== undefined) senders.delete(oldest)
  }
  return {
    recover: async (transactions, signal, meter) => {
      const names = transactions.map(({ hash }) => bytesToHex(hash))
      const found = new Map<Hex, Address>()
      const missing: Transaction[] = []
      for (const [index, name] of names.entries()) {
        const sender = senders.get(name)
        if (sender === undefined) missing.push(transactions[index] as Transaction)
        else found.set(name, sender)
      }
      const recovered = missing.length === 0 ? [] : await inner.recover(missing, signal, meter)
      for (const [index, sender] of recovered.entries())
        found.set(bytesToHex((missing[index] as Transaction).hash), sender)
      return names.map((name) => {
        const sender = found.get(name) as Address
        remember(name, sender)
        return sender
      })
    },
  }
}
