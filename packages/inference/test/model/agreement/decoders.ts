import { readFile } from 'node:fs/promises'
import { prepareProgramCache } from '@poai/testing'
import { buildProgram } from '../../../src/build/build-program.ts'
import { nativeVariants } from '../../../src/build/native-program.ts'
import { WASM_MODULE_FILE } from '../../../src/wasm/module-file.ts'
import { openWasmModel } from '../../../src/wasm/wasm-model.ts'
import { loadWords, startRawProgram } from '../program/raw-program.ts'

/** A model that is fed token by token. */
export interface Decoder {
  /** As the engine of the same program is called. */
  readonly name: string
  /** Feeds tokens after the `at` tokens fed before; the logits after the last one. */
  feed(tokens: Uint32Array, at: number): Promise<Float32Array>
  close(): Promise<void>
}

/** Kinds of frames, as `worker.c` draws them. */
const LOAD = 1
const FEED = 5
const READY = 1
const LOGITS = 6

async function startNativeDecoder(file: string, modelPath: string, variant: string): Promise<Decoder> {
  const program = startRawProgram(file)
  program.send(LOAD, ...loadWords(modelPath, { variant }))
  const ready = await program.next()
  if (ready.kind !== READY) throw new Error(`native ${variant} does not load ${modelPath}`)
  return {
    name: `native ${variant}`,
    feed: async (tokens, at) => {
      program.send(FEED, 0, at, tokens.length, ...tokens)
      const { kind, words } = await program.next()
      if (kind !== LOGITS) throw new Error(`native ${variant} answered ${kind} to a feed`)
      return new Float32Array(words.buffer, words.byteOffset + 4, words.length - 1)
    },
    close: async () => {
      program.child.stdin.end()
      await program.ended()
    },
  }
}

async function openWasmDecoder(modelPath: string): Promise<Decoder> {
  const [module, model] = await Promise.all([readFile(WASM_MODULE_FILE), readFile(modelPath)])
  const opened = await openWasmModel({ module, model, contextSize: 255, wantsStop: () => false })
  return { name: 'wasm', feed: async (tokens, at) => opened.feed(tokens, at), close: async () => undefined }
}

/** All that can decode here, loaded. */
export async function startDecoders(modelPath: string): Promise<readonly Decoder[]> {
  const program = await buildProgram({ cacheDirectory: await prepareProgramCache() })
  const variants = await nativeVariants(program)
  const native = variants.map((variant) => startNativeDecoder(program.file, modelPath, variant))
  return await Promise.all([...native, openWasmDecoder(modelPath)])
}

/** Decodes `count` tokens after a prompt, each the lowest with the largest logit. */
export async function decodeGreedily(decoder: Decoder, prompt: Uint32Array, count: number): Promise<Uint32Array> {
  const generated = new Uint32Array(count)
  let logits = await decoder.feed(prompt, 0)
  for (let i = 0; i < count; i++) {
    generated[i] = logits.indexOf(logits.reduce((a, b) => Math.max(a, b)))
    if (i + 1 < count) logits = await decoder.feed(generated.subarray(i, i + 1), prompt.length + i)
  }
  return generated
}
