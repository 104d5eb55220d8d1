/** The program of a worker process: loads one model, evaluates batches one after another, and dies with its parent. */
import { EngineError } from './engine-error.ts'
import { type EngineSession, type LlamaSessionOptions, openLlamaSession } from './llama-session.ts'
import type { SessionOptions } from './session-options.ts'
import { decodeSlice } from './slice-codec.ts'
import { decodeBatch, encodeResults, type FromWorker, type ToWorker, type WorkerFailure } from './worker-protocol.ts'

let session: EngineSession | undefined
/** Messages that wait for the one in hand: a generation rests for them. */
let waiting = 0
let work: Promise<void> = Promise.resolve()

process.on('message', (message: ToWorker) => {
  waiting += 1
  // One after the other; none of them rejects.
  work = work.then(() => serve(message))
})

async function serve(message: ToWorker): Promise<void> {
  waiting -= 1
  if (message.kind === 'load') await load(message.options)
  else if (message.kind === 'batch') await evaluate(message.id, message.words)
  else if (message.kind === 'generate') await generate(message)
}

// Without a parent nobody needs the results. SIGKILL, since an orderly exit would wait for running native code.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

// Ctrl-C in a terminal reaches the whole process group: the parent decides when its workers end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

async function load(options: SessionOptions): Promise<void> {
  try {
    if (!isForLlama(options)) throw new EngineError('INFERENCE_START_FAILED', 'There is no build to load')
    session = await openLlamaSession(options)
    send({ kind: 'ready', model: session.model })
  } catch (error) {
    send({ kind: 'load-failed', failure: toFailure(error, 'INFERENCE_START_FAILED') })
  }
}

function isForLlama(options: SessionOptions): options is LlamaSessionOptions {
  return 'build' in options
}

async function evaluate(id: number, words: Uint32Array): Promise<void> {
  try {
    if (session === undefined) throw new EngineError('INFERENCE_WORKER_FAILED', 'A batch came before the model')
    send({ kind: 'result', id, words: encodeResults(await session.evaluate(decodeBatch(words))) })
  } catch (error) {
    send({ kind: 'batch-failed', id, failure: toFailure(error, 'INFERENCE_WORKER_FAILED') })
  }
}

async function generate(message: Extract<ToWorker, { kind: 'generate' }>): Promise<void> {
  const { id, generation, milliseconds, words } = message
  const begin = performance.now()
  try {
    if (session === undefined) throw new EngineError('INFERENCE_WORKER_FAILED', 'A generation came before the model')
    const rest = await session.generate(generation, decodeSlice(words), {
      mustRest: () => waiting > 0 || (milliseconds > 0 && performance.now() - begin >= milliseconds),
      onDrawn: (drawn) => send({ kind: 'drawn', id, words: drawn }),
    })
    send({ kind: 'rested', id, rest })
  } catch (error) {
    send({ kind: 'generation-failed', id, failure: toFailure(error, 'INFERENCE_WORKER_FAILED') })
  }
}

function send(message: FromWorker): void {
  // A channel that closed meanwhile is the parent's death, which 'disconnect' deals with.
  if (process.connected) process.send?.(message)
}

function toFailure(error: unknown, code: WorkerFailure['code']): WorkerFailure {
  if (error instanceof EngineError) {
    return {
      code: error.code,
      message: error.message,
      expected: error.expected,
      actual: error.actual,
      hint: error.hint,
    }
  }
  return { code, message: error instanceof Error ? error.message : String(error) }
}
