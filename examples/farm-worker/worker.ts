// Mines for a node with an engine of its own: asks for a job, searches its nonces, and hands in what it finds.
//
// node worker.ts [URL of a node]

import { mkdir, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { poaiActions } from '@poai/api/client'
import { bytesToHex, hexToBytes, parseNetworkParams, rulesAt, sha256, toHash32 } from '@poai/core'
import { createPortableEngine } from '@poai/inference'
import { BaseError, createPublicClient, http } from 'viem'

const WORKER = 'example'
/** Longer than a node holds a request: it answers when it has a better job. */
const PATIENCE_MS = 120_000
const RETRY_MS = 1000

const [url = 'http://127.0.0.1:8545'] = process.argv.slice(2)
const { poai } = createPublicClient({ transport: http(url, { timeout: PATIENCE_MS }) }).extend(poaiActions())

const params = parseNetworkParams(await poai.networkParams())
const { work } = params
const folder = join(homedir(), '.cache', 'poai-example')
const modelPath = join(folder, `${bytesToHex(work.modelSha256)}.gguf`)
await mkdir(folder, { recursive: true })
await fetchModel()
const engine = createPortableEngine({ modelPath, cacheDirectory: folder, program: 'wasm', workers: 1 })
await engine.start()
console.log(`${WORKER} works with ${work.model}`)

/** Fetches the network's model from the node, and checks that it is the right one. */
async function fetchModel(): Promise<void> {
  const model = new Uint8Array(await (await fetch(new URL('engine/model.gguf', `${url}/`))).arrayBuffer())
  if (bytesToHex(sha256(model)) !== bytesToHex(work.modelSha256)) throw new Error(`${url} does not have the model`)
  await writeFile(modelPath, model)
}

function bytesOf(text: string): Uint8Array {
  const bytes = hexToBytes(text)
  if (bytes === undefined) throw new Error(`${url} gave ${text.slice(0, 20)} for bytes`)
  return bytes
}

type Job = Awaited<ReturnType<typeof poai.getWork>>

/** Searches until a nonce makes a block, or the job is replaced. */
async function search(job: Job, replaced: AbortSignal): Promise<void> {
  const task = {
    exam: rulesAt(params, BigInt(job.number)).work.exam,
    epochKey: toHash32(bytesOf(job.epochKey)),
    sealHash: toHash32(bytesOf(job.sealHash)),
    target: BigInt(job.target),
  }
  let first = BigInt(job.firstNonce)
  while (!replaced.aborted) {
    const span = { first, end: BigInt(job.endNonce) }
    const found = await engine.search?.(task, span, { signal: replaced })
    if (found === undefined) throw new Error('this engine cannot search by itself')
    const { solution, next } = found
    first = next
    if (solution === undefined) continue
    const { verdict } = await poai.submitWork({
      ...{ worker: WORKER, jobId: job.jobId, block: null },
      nonce: `0x${solution.nonce.toString(16)}`,
      lossMicroNats: `0x${solution.lossMicroNats.toString(16)}`,
      transcriptRoot: bytesToHex(solution.transcriptRoot),
    })
    console.log(`block ${BigInt(job.number)}: ${verdict}`)
    return
  }
}

/** A job that is better than the last one. A node that has just started has none yet. */
async function nextJob(last?: Job): Promise<Job> {
  for (;;) {
    try {
      return await poai.getWork({ worker: WORKER, beneficiary: null, after: last?.jobId ?? null })
    } catch (error) {
      console.error(error instanceof BaseError ? error.details : error)
      await delay(RETRY_MS)
    }
  }
}

let job = await nextJob()
for (;;) {
  const replaced = new AbortController()
  const searching = search(job, replaced.signal).catch((error: unknown) => {
    if (!replaced.signal.aborted) throw error
  })
  job = await nextJob(job)
  replaced.abort()
  await searching
}
