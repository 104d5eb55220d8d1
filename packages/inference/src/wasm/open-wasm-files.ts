import { readFile } from 'node:fs/promises'
import type { EngineSession } from '../engine/llama-session.ts'
import { openWasmSession, type WasmSession } from './wasm-session.ts'

/** Where module and model are, and the shape of the context. */
export interface WasmFiles {
  readonly moduleFile: string
  readonly modelPath: string
  readonly contextSize: number
  readonly maxSequences: number
}

/** A session over files. One that failed is opened anew: nobody knows what a trap left in its memory. */
export async function openWasmFiles(files: WasmFiles): Promise<EngineSession> {
  const { moduleFile, modelPath, contextSize, maxSequences } = files
  const open = async (): Promise<WasmSession> => {
    const [module, model] = await Promise.all([readFile(moduleFile), readFile(modelPath)])
    return await openWasmSession({ module, model, contextSize, maxSequences })
  }
  let session: WasmSession | undefined = await open()
  return {
    model: session.model,
    evaluate: async (requests) => {
      session ??= await open()
      const current = session
      session = undefined
      const words = current.evaluate(requests)
      session = current
      return words
    },
  }
}
