/**
 * Turns a checkpoint of the trainer into a GGUF file.
 * Usage: node --conditions=source export-gguf.ts CHECKPOINT FILE [F32 | F16 | Q8_0]
 */
import { createByteVocabulary } from '../../../packages/inference/src/gguf/byte-vocabulary.ts'
import { llamaMetadata, llamaTensors } from '../../../packages/inference/src/gguf/llama-metadata.ts'
import { encodeWeights, type WritableType } from '../../../packages/inference/src/gguf/quantize.ts'
import { type GgufTensorSource, type WrittenGguf, writeGguf } from '../../../packages/inference/src/gguf/write-gguf.ts'
import { type Checkpoint, readCheckpoint } from './read-checkpoint.ts'

/** More than an exam has, so that the model may be talked to; positions from 160 on are untrained. */
const CONTEXT_LENGTH = 256

/** Writes the model with its matrices in `format` and its norms in F32, the embedding tied to the output layer. */
export async function exportGguf(checkpoint: Checkpoint, path: string, format: WritableType): Promise<WrittenGguf> {
  const { width, layers, heads, feedForward } = checkpoint
  const shape = { width, layers, heads, kvHeads: heads, feedForward, contextLength: CONTEXT_LENGTH }
  const vocabulary = createByteVocabulary()
  const tensors = llamaTensors(shape, vocabulary.pieces.length, { tied: true }).map(
    ({ name, dimensions }): GgufTensorSource => {
      const type = dimensions.length === 1 ? 'F32' : format
      return { name, type, dimensions, data: () => [encodeWeights(type, checkpoint.tensor(name))] }
    },
  )
  const metadata = llamaMetadata(shape, vocabulary, { name: 'quiz-1', license: 'apache-2.0', format })
  return await writeGguf(path, { metadata, tensors })
}

const FORMATS: readonly WritableType[] = ['F32', 'F16', 'Q8_0']

if (import.meta.main) {
  const [from, to, wanted = 'Q8_0'] = process.argv.slice(2)
  const format = FORMATS.find((name) => name === wanted)
  if (from === undefined || to === undefined || format === undefined) {
    process.stderr.write('usage: export-gguf.ts CHECKPOINT FILE [F32 | F16 | Q8_0]\n')
    process.exit(2)
  }
  const checkpoint = await readCheckpoint(from)
  const { sizeBytes, sha256 } = await exportGguf(checkpoint, to, format)
  const minutes = (checkpoint.seconds / 60).toFixed(1)
  process.stdout.write(`${to}\n${sizeBytes} bytes, SHA-256 ${sha256}\n${checkpoint.steps} steps, ${minutes} minutes\n`)
}
