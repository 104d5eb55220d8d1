import { setTimeout as delay } from 'node:timers/promises'
import type { ReceiptJson } from '@poai/api/client'
import { ask, type RpcClient } from '@poai/api/connect'
import type { Hex } from '@poai/core'

/** How often the node is asked for the receipt. */
const POLL_MS = 500

/** Waits until a transaction is in a block, and gives its receipt. */
export async function waitForReceipt(client: RpcClient, hash: Hex, signal: AbortSignal): Promise<ReceiptJson> {
  for (;;) {
    const receipt = await ask(client, 'eth_getTransactionReceipt', [hash], { signal })
    if (receipt !== null) return receipt
    await delay(POLL_MS, undefined, { signal })
  }
}
