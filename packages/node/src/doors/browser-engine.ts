import { join } from 'node:path'
import { bytesToHex, type NetworkParams } from '@poai/core'
import { findWasmModule, PORTABLE_DOMAIN_NAME, resolveModel } from '@poai/inference'
import type { Installation } from '../work/installation.ts'
import { openModelStore } from '../work/open-model-store.ts'

/** Names under which a node serves what a browser replays blocks with. */
const MODULE_NAME = 'engine/portable-1.wasm'
const MODEL_NAME = 'engine/model.gguf'

/**
 * Finds the WebAssembly engine and the network's model on this machine by those names. In networks of other domains, and where the
 * engine is not built, there is nothing: the page then offers no verification.
 */
export function createBrowserEngine(
  installation: Installation,
  { work }: NetworkParams,
): (name: string) => Promise<string | undefined> {
  const findModule = async (): Promise<string | undefined> =>
    (await findWasmModule(join(installation.cache, 'engine')))?.file
  const findModel = async (): Promise<string | undefined> => {
    const model = await resolveModel(await openModelStore(installation), work.model).catch(() => undefined)
    return model?.sha256 === bytesToHex(work.modelSha256).slice(2) ? model.path : undefined
  }
  return async (name) => {
    if (work.domain !== PORTABLE_DOMAIN_NAME) return undefined
    if (name === MODULE_NAME) return await findModule()
    return name === MODEL_NAME ? await findModel() : undefined
  }
}
