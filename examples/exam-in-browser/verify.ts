// Replays a block in the browser, with the model and the engine that the node serves and the rules of the packages.
//
// index.html?node=http://127.0.0.1:8545&block=latest

import { poaiActions } from '@poai/api/client'
import { createReplayVerifier, deriveEpochKey, epochIndex } from '@poai/consensus'
import {
  bytesToHex,
  headerCodec,
  headerHash,
  hexToBytes,
  parseNetworkParams,
  rulesAt,
  sha256,
  toHash32,
} from '@poai/core'
import { createEvaluation, openWasmSession } from '@poai/inference/wasm'
import { createPublicClient, type Hex, http } from 'viem'

const query = new URLSearchParams(location.search)
const url = query.get('node') ?? 'http://127.0.0.1:8545'
const client = createPublicClient({ transport: http(url) }).extend(poaiActions())

function show(id: string, text: string): void {
  const element = document.getElementById(id)
  if (element !== null) element.textContent = text
}

function bytesOf(text: string | null): Uint8Array {
  const bytes = hexToBytes(text ?? '')
  if (bytes === undefined) throw new Error(`the node gave ${text} for bytes`)
  return bytes
}

async function fetchFile(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(new URL(name, `${url}/`))
  if (!response.ok) throw new Error(`the node does not serve ${name}`)
  return new Uint8Array(await response.arrayBuffer())
}

/** The hash of the last block before the epoch of a block; in the first epoch, of the genesis block. */
async function epochSeed(number: bigint, epochBlocks: bigint): Promise<Hex> {
  const first = number - (number % epochBlocks)
  const { hash } = await client.getBlock({ blockNumber: first === 0n ? 0n : first - 1n })
  return hash
}

async function verify(): Promise<string> {
  const block = await client.getBlock({ blockTag: 'latest' })
  const number = query.has('block') ? BigInt(query.get('block') ?? '') : block.number
  const exam = await client.poai.getExam(number)
  show('exam', exam?.text ?? '')

  const params = parseNetworkParams(await client.poai.networkParams())
  const { work } = rulesAt(params, number)
  const header = headerCodec.decode(bytesOf(await client.poai.getRawHeader(number)))
  const { hash } = await client.getBlock({ blockNumber: number })
  if (bytesToHex(headerHash(header)) !== hash) return `✗ the node gave a header that is not that of block ${number}`

  const [module, model] = await Promise.all(['engine/portable-1.wasm', 'engine/model.gguf'].map(fetchFile))
  if (module === undefined || model === undefined) throw new Error('the node does not serve an engine')
  if (bytesToHex(sha256(model)) !== bytesToHex(work.modelSha256)) return '✗ the node has another model'
  const session = await openWasmSession({ module, model, contextSize: work.exam.tokens - 1 })

  const verifier = createReplayVerifier(params, {
    evaluator: {
      evaluate: async (requests) =>
        session.evaluate(requests).map((words, index) => createEvaluation(words, requests[index]?.probes.length ?? 0)),
    },
    logger: { warn: () => undefined },
  })
  const { epochBlocks } = work
  const seed = toHash32(bytesOf(await epochSeed(number, epochBlocks)))
  const began = performance.now()
  await verifier.verify(header, { epochKey: deriveEpochKey(seed, epochIndex(number, epochBlocks)) })
  return `✓ block ${number}: the same bits as its miner, in ${Math.round(performance.now() - began)} ms`
}

verify().then(
  (verdict) => show('verdict', verdict),
  (error: unknown) => show('verdict', `✗ ${error instanceof Error ? error.message : error}`),
)
