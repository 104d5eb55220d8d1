/**
 * Turns a checkpoint of the trainer into a GGUF file.
 * Usage: node --conditions=source export-gguf.ts CHECKPOINT FILE [F32 | F16 | Q8_0] [--name NAME] [--context TOKENS]
 * [--chat-template FILE]
 */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { createByteVocabulary } from '../../../packages/inference/src/gguf/byte-vocabulary.ts'
import { llamaMetadata, llamaTensors } from '../../../packages/inference/src/gguf/llama-metadata.ts'
import { encodeWeights, type WritableType } from '../../../packages/inference/src/gguf/quantize.ts'
import { type GgufTensorSource, type WrittenGguf, writeGguf } from '../../../packages/inference/src/gguf/write-gguf.ts'
import { type Checkpoint, readCheckpoint } from './read-checkpoint.ts'

/** What a file says of itself besides its weights. */
export interface ModelLabel {
  readonly name: string
  readonly contextLength: number
  /** Jinja text that turns messages into a prompt. */
  readonly chatTemplate?: string | undefined
  /** Type of the matrices. */
  readonly format: WritableType
}

/** For quiz-1: more than an exam has, so that the model may be talked to; positions from 160 on are untrained. */
const CONTEXT_LENGTH = '256'

/** Writes the model with its matrices in `format` and its norms in F32, the embedding tied to the output layer. */
export async function exportGguf(checkpoint: Checkpoint, path: string, label: ModelLabel): Promise<WrittenGguf> {
  const { width, layers, heads, feedForward } = checkpoint
  const { name: modelName, contextLength, chatTemplate, format } = label
  const shape = { width, layers, heads, kvHeads: heads, feedForward, contextLength }
  const vocabulary = createByteVocabulary()
  const tensors = llamaTensors(shape, vocabulary.pieces.length, { tied: true }).map(
    ({ name, dimensions }): GgufTensorSource => {
      const type = dimensions.length === 1 ? 'F32' : format
      return { name, type, dimensions, data: () => [encodeWeights(type, checkpoint.tensor(name))] }
    },
  )
  const metadata = new Map(llamaMetadata(shape, vocabulary, { name: modelName, license: 'apache-2.0', format }))
  if (chatTemplate !== undefined) metadata.set('tokenizer.chat_template', { type: 'string', value: chatTemplate })
  return await writeGguf(path, { metadata, tensors })
}

const FORMATS: readonly WritableType[] = ['F32', 'F16', 'Q8_0']

if (import.meta.main) {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      name: { type: 'string', default: 'quiz-1' },
      context: { type: 'string', default: CONTEXT_LENGTH },
      'chat-template': { type: 'string' },
    },
  })
  const [from, to, wanted = 'Q8_0'] = positionals
  const format = FORMATS.find((name) => name === wanted)
  const contextLength = Number(values.context)
  if (from === undefined || to === undefined || format === undefined || !(contextLength > 0)) {
    process.stderr.write(
      'usage: export-gguf.ts CHECKPOINT FILE [F32 | F16 | Q8_0] [--name NAME] [--context TOKENS] [--chat-template FILE]\n',
    )
    process.exit(2)
  }
  const template = values['chat-template']
  const chatTemplate = template === undefined ? undefined : (await readFile(template, 'utf8')).trimEnd()
  const checkpoint = await readCheckpoint(from)
  const { sizeBytes, sha256 } = await exportGguf(checkpoint, to, {
    name: values.name,
    contextLength,
    chatTemplate,
    format,
  })
  const minutes = (checkpoint.seconds / 60).toFixed(1)
  process.stdout.write(`${to}\n${sizeBytes} bytes, SHA-256 ${sha256}\n${checkpoint.steps} steps, ${minutes} minutes\n`)
}
