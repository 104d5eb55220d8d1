import { bytesToHex, type NetworkParams } from '@poai/core'
import { PORTABLE_DOMAIN_NAME, resolveModel, WASM_MODULE_FILE } from '@poai/inference'
import type { Installation } from './installation.ts'
import { openModelStore } from './open-model-store.ts'

/** The names of the files with which a browser replays blocks. */
const MODULE_NAME = 'engine/portable-1.wasm'
const MODEL_NAME = 'engine/model.gguf'

/** How soon a missing model is looked for again: it may be pulled while the node runs. */
const LOOK_AGAIN_MS = 5000

/**
 * Finds the WebAssembly engine and the network's model on this machine by those names. It finds nothing in networks of
 * other domains, or without the model: the page then offers no verification.
 */
export function createBrowserEngine(
  installation: Installation,
  { work }: NetworkParams,
): (name: string) => Promise<string | undefined> {
  const findModel = async (): Promise<string | undefined> => {
    const model = await resolveModel(await openModelStore(installation), work.model).catch(() => undefined)
    return model?.sha256 === bytesToHex(work.modelSha256).slice(2) ? model.path : undefined
  }
  const places = new Map([
    [MODULE_NAME, async () => WASM_MODULE_FILE],
    [MODEL_NAME, remember(findModel)],
  ])
  return async (name) => (work.domain === PORTABLE_DOMAIN_NAME ? places.get(name)?.() : undefined)
}

/** Anybody may ask, and finding the file means hashing it, so it is done once. */
function remember(find: () => Promise<string | undefined>): () => Promise<string | undefined> {
  let found: Promise<string | undefined> | undefined
  let askedMs = 0
  return async () => {
    const known = await found
    if (known !== undefined) return known
    if (found === undefined || performance.now() - askedMs > LOOK_AGAIN_MS) {
      askedMs = performance.now()
      found = find().catch(() => undefined)
    }
    return found
  }
}
