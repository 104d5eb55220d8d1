import type { BlockJson, ForkJson, NetworkParamsJson } from '@poai/api/client'
import { ask } from '../rpc/node-client.ts'
import type { BrowserVerdict, VerifyAnswer, VerifyOrder } from './verify-messages.ts'

/** Where a node serves the files that a replay needs. */
const MODULE_URL = 'engine/portable-1.wasm'
const MODEL_URL = 'engine/model.gguf'
/** The one domain that a browser can compute. */
const DOMAIN = 'portable-1'

/** Whether this node's network and files allow it. */
export async function canVerify(): Promise<boolean> {
  const { work } = await ask('poai_networkParams', [])
  return work.domain === DOMAIN && (await fetch(MODULE_URL, { method: 'HEAD' })).ok
}

/** Fetches what a replay needs, and replays the block in a worker that ends with it. Rejects if there is no verdict. */
export async function verifyInBrowser({ hash, number }: Pick<BlockJson, 'hash' | 'number'>): Promise<BrowserVerdict> {
  const [params, header, module, model] = await Promise.all([
    ask('poai_networkParams', []),
    ask('poai_getRawHeader', [hash]),
    fetchBytes(MODULE_URL),
    fetchBytes(MODEL_URL),
  ])
  if (header === null) throw new Error('the node has no such block')
  const epochSeed = await seedOf(BigInt(number), epochBlocksAt(params, BigInt(number)))
  return await runWorker({ params, header, hash, epochSeed, module, model })
}

/** How long epochs are by the rules of a height. */
function epochBlocksAt({ work, forks = [] }: NetworkParamsJson, number: bigint): bigint {
  const isMeant = ({ number: from, changes }: ForkJson): boolean =>
    BigInt(from) <= number && changes.work?.epochBlocks !== undefined
  return BigInt(forks.findLast(isMeant)?.changes.work?.epochBlocks ?? work.epochBlocks)
}

/** Hash of the last block of the epoch before; of the genesis block in the first. */
async function seedOf(number: bigint, epochBlocks: bigint): Promise<string> {
  const first = number - (number % epochBlocks)
  const last = first === 0n ? 0n : first - 1n
  const block = await ask('eth_getBlockByNumber', [last, false])
  if (block === null) throw new Error(`the node has no block ${last}`)
  return block.hash
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
