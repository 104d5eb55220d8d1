import { setTimeout as delay } from 'node:timers/promises'
import type { ReceiptJson } from '@poai/api/client'
import { ask, type RpcClient } from '@poai/api/connect'
import type { Hex } from '@poai/core'

/** Between two looks whether a transaction is in a block. */
const POLL_MS = 500

/** The receipt of a transaction, as soon as a block has it. */
export async function waitForReceipt(client: RpcClient, hash: Hex, signal: AbortSignal): Promise<ReceiptJson> {
  for (;;) {
    const receipt = await ask(client, 'eth_getTransactionReceipt', [hash], { signal })
    if (receipt !== null) return receipt
    await delay(POLL_MS, undefined, { signal })
  }
}
