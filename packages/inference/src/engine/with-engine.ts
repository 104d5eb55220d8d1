import type { InferenceEngine } from './inference-engine.ts'

/** Runs `work` with a started engine, and stops it whatever happens; at once when `signal` says so. */
export async function withEngine<T>(engine: InferenceEngine, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const stop = (): void => void engine.stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    await engine.start()
    return await work()
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
    await engine.stop()
  }
}
