import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { computePairing, type PairingElsewhere } from '@poai/execution'

/** What the thread is asked. */
export interface PairingRequest {
  readonly id: number
  readonly input: Uint8Array
}

/** What it answers: see `computePairing`. */
export interface PairingAnswer {
  readonly id: number
  readonly answer: Uint8Array | undefined
}

const runsFromSource = import.meta.url.endsWith('.ts')
const entry = fileURLToPath(new URL(runsFromSource ? './pairing-worker.ts' : './pairing-worker.js', import.meta.url))

interface Waiting {
  readonly input: Uint8Array
  readonly resolve: (answer: Uint8Array | undefined) => void
}

/** Computes long pairings on a thread of its own, which starts when it is first needed. */
export interface PairingThread {
  readonly compute: PairingElsewhere
  stop(): Promise<void>
}

/**
 * A pairing of a thousand points is one instruction of the EVM, takes seconds and cannot rest. What a thread that dies
 * leaves unanswered is computed here: what a block comes to must not depend on it.
 */
export function createPairingThread(): PairingThread {
  const waiting = new Map<number, Waiting>()
  let worker: Worker | undefined
  let lastId = 0
  const lose = (lost: Worker): void => {
    if (lost !== worker) return
    worker = undefined
    const left = [...waiting.values()]
    waiting.clear()
    for (const { input, resolve } of left) resolve(computePairing(input))
  }
  const open = (): Worker => {
    const execArgv = runsFromSource ? ['--conditions=source', '--disable-warning=ExperimentalWarning'] : []
    const opened = new Worker(entry, { execArgv })
    // It does not keep a node alive that has nothing else to do.
    opened.unref()
    opened.on('message', ({ id, answer }: PairingAnswer) => {
      waiting.get(id)?.resolve(answer)
      waiting.delete(id)
    })
    opened.on('error', () => lose(opened))
    opened.on('exit', () => lose(opened))
    return opened
  }
  return {
    compute: (input) => {
      worker ??= open()
      const id = ++lastId
      const { promise, resolve } = Promise.withResolvers<Uint8Array | undefined>()
      waiting.set(id, { input, resolve })
      worker.postMessage({ id, input } satisfies PairingRequest)
      return promise
    },
    stop: async () => {
      await worker?.terminate()
    },
  }
}
