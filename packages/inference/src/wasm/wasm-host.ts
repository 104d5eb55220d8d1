import { EngineError } from '../engine/engine-error.ts'
import { type WasmFunction, type WasmModule, webAssembly } from './web-assembly.ts'

/** Answers of WASI functions. */
const OK = 0
const BAD_FILE = 8

/** Characters of what the module wrote that are kept for error messages. */
const LAST_WORDS_LENGTH = 2048

/** A list of buffers, as `fd_write` gets it: address and length of each. */
const BUFFER_RECORD_BYTES = 8

/**
 * The world as the module sees it: nothing but an error output. No clock (it always reads zero), no files, no randomness and no
 * environment, so nothing but tokens and weights can reach a bit.
 */
export interface WasmHost {
  readonly imports: Readonly<Record<string, Readonly<Record<string, WasmFunction>>>>
  /** The end of what the module wrote. */
  lastWords(): string
  /** Must be called before the first function that writes. */
  attach(memory: WasmMemory): void
}

/** A module's memory; `buffer` is another one after each growth. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer
}

/** A host for one instance of `module`: what the module asks for and nobody has stops it when it is called, not before. */
export function createWasmHost(module: WasmModule): WasmHost {
  let memory: WasmMemory | undefined
  let words = ''
  const decoder = new TextDecoder()
  const view = (): DataView => {
    if (memory === undefined) throw new EngineError('INFERENCE_WORKER_FAILED', 'The module ran before its memory')
    return new DataView(memory.buffer)
  }
  const known: Readonly<Record<string, WasmFunction>> = {
    fd_write: (_file: number, list: number, count: number, written: number) => {
      const data = view()
      let total = 0
      for (let at = list; at < list + count * BUFFER_RECORD_BYTES; at += BUFFER_RECORD_BYTES) {
        const length = data.getUint32(at + 4, true)
        words += decoder.decode(new Uint8Array(data.buffer, data.getUint32(at, true), length))
        total += length
      }
      words = words.slice(-LAST_WORDS_LENGTH)
      data.setUint32(written, total, true)
      return OK
    },
    fd_close: () => BAD_FILE,
    fd_read: () => BAD_FILE,
    fd_seek: () => BAD_FILE,
    clock_time_get: (_clock: number, _precision: bigint, at: number) => {
      view().setBigUint64(at, 0n, true)
      return OK
    },
    environ_sizes_get: (count: number, size: number) => {
      view().setUint32(count, 0, true)
      view().setUint32(size, 0, true)
      return OK
    },
    environ_get: () => OK,
    emscripten_notify_memory_growth: () => undefined,
  }
  const imports: Record<string, Record<string, WasmFunction>> = {}
  for (const { module: from, name, kind } of webAssembly.Module.imports(module)) {
    if (kind !== 'function') continue
    imports[from] ??= {}
    imports[from][name] = known[name] ?? missing(name)
  }
  return {
    imports,
    lastWords: () => words.trim(),
    attach: (given) => {
      memory = given
    },
  }
}

function missing(name: string): WasmFunction {
  return () => {
    throw new EngineError('INFERENCE_WORKER_FAILED', `The module called ${name}, which it does not get`)
  }
}
