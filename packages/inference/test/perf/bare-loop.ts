// Child of inference.bench.ts: the same sequences through controlledEvaluate and nothing else around it.
import { getLlama, LlamaLogLevel, type Token } from 'node-llama-cpp'
import type { LocatedBuild } from '../../src/engine/llama-build.ts'
import { loadPinnedBackend } from '../../src/engine/load-pinned-backend.ts'
import { decodeBatch } from '../../src/engine/worker-protocol.ts'

/** What the bench says first. */
export interface BareLoopOptions {
  readonly build: LocatedBuild
  readonly modelPath: string
}

/** What the loop answers to a batch of sequences. */
export interface BareLoopTimes {
  /** CPU time of the whole process. */
  readonly cpuMs: number
  readonly wallMs: number
  /** Wall time inside the binding's `sampleToken`: reading logits, arg max and total weight. */
  readonly samplingMs: number
}

/** The one internal of the binding that is looked at: its native context. */
interface NativeContext {
  sampleToken(...parameters: readonly unknown[]): Promise<unknown>
}

type Evaluate = (words: Uint32Array) => Promise<BareLoopTimes>

async function open({ build, modelPath }: BareLoopOptions): Promise<Evaluate> {
  loadPinnedBackend(build)
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    logLevel: LlamaLogLevel.error,
    maxThreads: 1,
  })
  const model = await llama.loadModel({ modelPath, gpuLayers: 0, ignoreMemorySafetyChecks: true })
  const context = await model.createContext({
    contextSize: 256,
    batchSize: 256,
    threads: 1,
    flashAttention: false,
    ignoreMemorySafetyChecks: true,
  })
  const native = (context as unknown as { readonly _ctx: NativeContext })._ctx
  const sampleToken = native.sampleToken.bind(native)
  let samplingMs = 0
  const timed = async (...parameters: readonly unknown[]): Promise<unknown> => {
    const begin = performance.now()
    const result = await sampleToken(...parameters)
    samplingMs += performance.now() - begin
    return result
  }
  Object.defineProperty(native, 'sampleToken', { value: timed })
  const sequence = context.getSequence()
  return async (words) => {
    samplingMs = 0
    const begin = performance.now()
    const cpu = process.cpuUsage()
    for (const { tokens, positions, probes } of decodeBatch(words)) {
      await sequence.clearHistory()
      const input: Parameters<typeof sequence.controlledEvaluate>[0] = Array.from(
        tokens.subarray(0, -1),
        (t) => t as Token,
      )
      for (const position of positions) {
        const wanted = [tokens[position] as Token, ...Array.from(probes, (probe) => probe as Token)]
        const logits = { filter: { tokens: wanted, includeSelected: true } }
        input[position - 1] = [
          tokens[position - 1] as Token,
          { generateNext: { token: true, logits, totalLogitWeight: true } },
        ]
      }
      await sequence.controlledEvaluate(input)
    }
    const { user, system } = process.cpuUsage(cpu)
    return { cpuMs: (user + system) / 1000, wallMs: performance.now() - begin, samplingMs }
  }
}

let evaluate: Evaluate | undefined
process.on('message', async (message: BareLoopOptions | Uint32Array) => {
  if (message instanceof Uint32Array) {
    process.send?.(await evaluate?.(message))
    return
  }
  evaluate = await open(message)
  process.send?.('ready')
})
process.on('disconnect', () => process.exit(0))
