import type { Block } from '../rpc/answers.ts'
import { ask } from '../rpc/node-client.ts'
import type { BrowserVerdict, VerifyAnswer, VerifyOrder } from './verify-messages.ts'

/** Where a node serves what blocks are replayed with. */
const MODULE_URL = 'engine/portable-1.wasm'
const MODEL_URL = 'engine/model.gguf'
/** The one domain that a browser can compute. */
const DOMAIN = 'portable-1'

interface NetworkParamsAnswer {
  readonly work: { readonly domain: string; readonly epochBlocks: Amount }
  readonly forks?: readonly ForkAnswer[]
}

interface ForkAnswer {
  readonly number: Amount
  readonly changes: { readonly work?: { readonly epochBlocks?: Amount } }
}

type Amount = number | string

/** Whether this node's network and files allow it. */
export async function canVerify(): Promise<boolean> {
  const { work } = await ask<NetworkParamsAnswer>('poai_networkParams')
  return work.domain === DOMAIN && (await fetch(MODULE_URL, { method: 'HEAD' })).ok
}

/**
 * Fetches what a replay needs, and replays the block in a worker, which ends with it. Rejects where there is no
 * verdict.
 */
export async function verifyInBrowser({
  hash,
  number,
}: Pick<Block<unknown>, 'hash' | 'number'>): Promise<BrowserVerdict> {
  const [params, header, module, model] = await Promise.all([
    ask<NetworkParamsAnswer>('poai_networkParams'),
    ask<string>('poai_getRawHeader', [hash]),
    fetchBytes(MODULE_URL),
    fetchBytes(MODEL_URL),
  ])
  const epochSeed = await seedOf(BigInt(number), epochBlocksAt(params, BigInt(number)))
  return await runWorker({ params, header, hash, epochSeed, module, model })
}

/** How long epochs are by the rules of a height. */
function epochBlocksAt({ work, forks = [] }: NetworkParamsAnswer, number: bigint): bigint {
  const past = forks.filter((fork) => BigInt(fork.number) <= number)
  return BigInt(
    past.findLast(({ changes }) => changes.work?.epochBlocks)?.changes.work?.epochBlocks ?? work.epochBlocks,
  )
}

/** Hash of the last block of the epoch before; of the genesis block in the first. */
async function seedOf(number: bigint, epochBlocks: bigint): Promise<string> {
  const first = number - (number % epochBlocks)
  const last = first === 0n ? 0n : first - 1n
  return (await ask<Block<string>>('eth_getBlockByNumber', [`0x${last.toString(16)}`, false])).hash
}

async function fetchBytes(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`the node does not give ${url}`)
  return new Uint8Array(await response.arrayBuffer())
}

async function runWorker(order: VerifyOrder): Promise<BrowserVerdict> {
  const worker = new Worker(new URL('./verify-worker.ts', import.meta.url), { type: 'module' })
  try {
    return await new Promise<BrowserVerdict>((resolve, reject) => {
      worker.onerror = ({ message }) => reject(new Error(message))
      worker.onmessage = ({ data }: MessageEvent<VerifyAnswer>) => {
        if ('isListening' in data) worker.postMessage(order, [order.module.buffer, order.model.buffer])
        else if ('verdict' in data) resolve(data.verdict)
        else reject(new Error(data.problem))
      }
    })
  } finally {
    worker.terminate()
  }
}
