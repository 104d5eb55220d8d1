import { openWasmFiles } from '../wasm/open-wasm-files.ts'
import { type EngineSession, openLlamaSession, type SessionOptions } from './llama-session.ts'

/** Loads the build and the model in this process, whatever the build is. */
export async function openSession(options: SessionOptions): Promise<EngineSession> {
  const { build } = options
  return build.kind === 'wasm'
    ? await openWasmFiles({ ...options, moduleFile: build.moduleFile })
    : await openLlamaSession({ ...options, build })
}
