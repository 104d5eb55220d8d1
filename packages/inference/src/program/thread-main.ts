/**
 * The program of a worker thread: loads one model into the WebAssembly module, evaluates batches, and searches. It
 * ends with its process.
 */
import { readFile } from 'node:fs/promises'
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { EngineError } from '../engine/engine-error.ts'
import { lowerPriority } from '../engine/lower-priority.ts'
import type { SessionOptions } from '../engine/session-options.ts'
import { decodeBatch, encodeResults, type FromWorker, type ToWorker } from '../engine/worker-protocol.ts'
import { openWasmModel, type WasmModel } from '../wasm/wasm-model.ts'
import { runSlice } from './run-slice.ts'
import { SearchRun } from './search-run.ts'

/** What a thread is started with. */
export interface ThreadData {
  readonly moduleFile: string
  readonly niceness: number
}

const { moduleFile, niceness } = workerData as ThreadData
const port = parentPort as MessagePort

/** The calling thread, as the Linux kernel numbers them; elsewhere this would be the whole process. */
const THIS_THREAD = 0
if (process.platform === 'linux') lowerPriority(THIS_THREAD, niceness)

let model: WasmModel | undefined
let search: SearchRun | undefined
/** Messages that arrived during an attempt, which was given up for them. */
const waiting: ToWorker[] = []
let isAttempting = false
let isGenerating = false
/** Batches and slices that were served since the last whole attempt. */
let overtaken = 0

/**
 * Requests that never pause must not stop the search: after this many batches, one attempt is made.
 */
const MAX_OVERTAKING = 4

port.on('message', (message: ToWorker) => {
  if (message.kind === 'load') void load(message.options)
  else {
    serve(message)
    searchOn()
  }
})

async function load({ modelPath, contextSize }: SessionOptions): Promise<void> {
  try {
    const [module, file] = await Promise.all([readFile(moduleFile), readFile(modelPath)])
    const wantsStop = (): boolean => (isAttempting ? mustGiveWay() : isGenerating && hasMessage())
    model = await openWasmModel({ module, model: file, contextSize, wantsStop })
    tell({ kind: 'ready', model: model.about })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const code = error instanceof EngineError ? error.code : 'INFERENCE_START_FAILED'
    tell({ kind: 'load-failed', failure: { code, message } })
  }
}

/** Anything that the module throws ends the thread: nobody knows what a trap left in its memory. */
function serve(message: ToWorker): void {
  if (model === undefined) throw new EngineError('INFERENCE_WORKER_FAILED', `A ${message.kind} came before the model`)
  if (message.kind === 'batch') {
    overtaken += 1
    tell({ kind: 'result', id: message.id, words: encodeResults(model.evaluate(decodeBatch(message.words))) })
  } else if (message.kind === 'generate') {
    overtaken += 1
    isGenerating = true
    runSlice(message, { ...sliceTools, model })
    isGenerating = false
  } else if (message.kind === 'search') search = beginSearch(model, message)
  else if (message.kind === 'cancel' && search?.id === message.id && !search.hasEnded) search.cancel()
}

const sliceTools = { nowMs: () => performance.now(), mustRest: hasMessage, tell }

function beginSearch(loaded: WasmModel, { id, job, span }: Extract<ToWorker, { kind: 'search' }>): SearchRun {
  const tryNonce = loaded.prepareSearch(job)
  overtaken = 0
  const attempt = (nonce: bigint): ReturnType<typeof tryNonce> => {
    isAttempting = true
    const outcome = tryNonce(nonce)
    isAttempting = false
    if (outcome.kind !== 'stopped') overtaken = 0
    return outcome
  }
  return new SearchRun(id, span, { attempt, nowMs: () => performance.now(), tell })
}

/** Continues until the search has ended, and serves what arrives meanwhile. */
function searchOn(): void {
  for (;;) {
    const running = search?.hasEnded === false ? search : undefined
    if (running !== undefined && !mustGiveWay()) running.step()
    const message = waiting.shift()
    if (message !== undefined) serve(message)
    else if (running === undefined) return
  }
}

function mustGiveWay(): boolean {
  return overtaken < MAX_OVERTAKING && hasMessage()
}

function hasMessage(): boolean {
  const received = receiveMessageOnPort(port) as { readonly message: ToWorker } | undefined
  if (received !== undefined) waiting.push(received.message)
  return waiting.length > 0
}

function tell(message: FromWorker): void {
  port.postMessage(message)
}
