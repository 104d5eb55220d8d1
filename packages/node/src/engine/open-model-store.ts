import { join } from 'node:path'
import { type ModelStore, readModelManifest } from '@poai/inference'
import type { Installation } from './installation.ts'

/** The user's model store with the program's list of models. */
export async function openModelStore(installation: Installation): Promise<ModelStore> {
  const manifest = await readModelManifest(join(installation.models, 'manifest.json'))
  return { directory: installation.modelStore, manifest }
}
