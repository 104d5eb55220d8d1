import {
  type Call,
  count,
  data,
  invalidParams,
  type Method,
  method,
  optional,
  PreparedJson,
  RpcError,
  required,
  SCHEMAS,
} from '@poai/api'
import { bytesToHex, equalBytes, type Hash32 } from '@poai/core'
import { writeReceipt } from '../../format/format-receipt.ts'
import type { MethodContext } from '../method-context.ts'

/** Less than what the server gives a call. */
const MAX_WAIT_MS = 25_000
const DEFAULT_WAIT_MS = 20_000
/** Each holds one of the places of running calls: most of those must stay free. */
const MAX_WAITING = 64
const MAX_WAITING_OF_CLIENT = 8

/** Sending with an answer that waits for the block (EIP-7966). */
export function sendAndWaitMethod(context: MethodContext): Method {
  const seats = new Seats()
  return method({
    name: 'eth_sendRawTransactionSync',
    summary: 'Sends a signed transaction and waits for its receipt, at most 25 s (EIP-7966)',
    cost: 20,
    params: [required('transaction', data), optional('timeoutMs', count)],
    result: SCHEMAS.receipt,
    run: async ([bytes, waitMs = DEFAULT_WAIT_MS], call) => {
      if (waitMs === 0 || waitMs > MAX_WAIT_MS)
        throw invalidParams('argument 1 (timeoutMs)', `1 to ${MAX_WAIT_MS} milliseconds`)
      const leave = seats.take(call.session.queue)
      try {
        return await sendAndWait(context, { bytes, waitMs, call })
      } finally {
        leave()
      }
    },
  })
}

/** How many wait, in all and of each client. */
class Seats {
  readonly #ofClient = new Map<string, number>()
  #taken = 0

  /** Throws if there is none; the answer gives it back. */
  take(client: string): () => void {
    const own = this.#ofClient.get(client) ?? 0
    if (this.#taken >= MAX_WAITING || own >= MAX_WAITING_OF_CLIENT)
      throw new RpcError('limitExceeded', 'too many transactions are waited for: use eth_sendRawTransaction')
    this.#taken++
    this.#ofClient.set(client, own + 1)
    return () => {
      this.#taken--
      const left = (this.#ofClient.get(client) ?? 1) - 1
      if (left === 0) this.#ofClient.delete(client)
      else this.#ofClient.set(client, left)
    }
  }
}

interface Sending {
  readonly bytes: Uint8Array
  readonly waitMs: number
  readonly call: Call
}

async function sendAndWait(context: MethodContext, { bytes, waitMs, call }: Sending): Promise<PreparedJson> {
  const { chain, codecs, view } = context
  const transaction = codecs.transaction.decode(bytes)
  // Before it is sent: it may be mined at once.
  const wait = new BlockWait(context, transaction.hash)
  try {
    await chain.mempool.add(transaction, call.signal)
    await wait.until(waitMs, call.signal)
  } finally {
    wait.close()
  }
  const mined = await view.transaction(transaction.hash)
  // A reorganisation may have taken it back meanwhile.
  if (mined === undefined) throw notMined(transaction.hash, waitMs)
  return new PreparedJson(await writeReceipt(mined.receipt, mined, call))
}

function notMined(hash: Hash32, waitMs: number): RpcError {
  const text = `the transaction waits in the pool: it was not mined within ${waitMs} ms`
  return new RpcError('notMinedInTime', text, { data: bytesToHex(hash) })
}

/** Listens for the block of one transaction. */
class BlockWait {
  readonly #hash: Hash32
  readonly #mined = Promise.withResolvers<void>()
  readonly #unsubscribe: () => void

  constructor({ chain }: Pick<MethodContext, 'chain'>, hash: Hash32) {
    this.#hash = hash
    this.#unsubscribe = chain.onHead(({ added }) => {
      const transactions = added.flatMap(({ block }) => block.body.transactions)
      if (transactions.some((transaction) => equalBytes(transaction.hash, hash))) this.#mined.resolve()
    })
  }

  /** Rejects if it takes longer, or if nobody waits any more. */
  async until(waitMs: number, signal: AbortSignal): Promise<void> {
    const { reject, promise } = this.#mined
    const timer = setTimeout(() => reject(notMined(this.#hash, waitMs)), waitMs)
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort)
    try {
      if (signal.aborted) onAbort()
      await promise
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  }

  close(): void {
    this.#unsubscribe()
  }
}
