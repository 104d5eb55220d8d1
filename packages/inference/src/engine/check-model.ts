import { readGguf } from '../gguf/read-gguf.ts'
import { EngineError } from './engine-error.ts'

/**
 * Reads the file's structure with our own bounded reader, before a worker sees it: the binding's reader takes minutes
 * on a file that is not a model.
 */
export async function checkModel(modelPath: string): Promise<void> {
  await readGguf(modelPath).catch((cause: unknown) => {
    throw new EngineError('INFERENCE_START_FAILED', 'The model file cannot be read', {
      expected: `a GGUF model at ${modelPath}`,
      actual: cause instanceof Error ? cause.message : String(cause),
      hint: 'Fetch the model again, or correct its path.',
      cause,
    })
  })
}
