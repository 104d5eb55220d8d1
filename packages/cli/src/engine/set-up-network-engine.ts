import type { InferenceEngine } from '@poai/inference'
import {
  createDomainEngine,
  type EngineChoice,
  type EngineSetup,
  type Installation,
  type ModelPin,
  setUpEngine,
} from '@poai/node'

/** An engine of a network, not yet started, and what it was set up with. */
export interface NetworkEngine extends EngineSetup {
  readonly engine: InferenceEngine
}

/** Sets up an engine that computes a network's exams: a worker that misses the network's vectors never serves. */
export async function setUpNetworkEngine(
  installation: Installation,
  params: { readonly work: ModelPin },
  choice: Omit<EngineChoice, 'admit' | 'vectors'> = {},
): Promise<NetworkEngine> {
  const setup = await setUpEngine(installation, params)
  const { model, domain, vectors } = setup
  const { contextSize, maxSequences } = vectors
  const work = { modelPath: model.path, domain, contextSize, maxSequences }
  return { ...setup, engine: createDomainEngine(installation, work, { ...choice, vectors }) }
}
