import { EngineError } from '../engine/engine-error.ts'
import type { WasmExports } from './wasm-exports.ts'

/**
 * A piece of a module's memory. It is never freed; its views are made again for each use, since a growth invalidates
 * them.
 */
export interface WasmRegion {
  readonly address: number
  bytes(): Uint8Array
  words(): Uint32Array
}

/** Takes `bytes` of the module's memory, aligned to 64. */
export function allocateRegion(exports: WasmExports, bytes: number): WasmRegion {
  const address = exports.allocate(bytes) >>> 0
  if (address === 0) {
    throw new EngineError('INFERENCE_START_FAILED', 'The model does not fit into the memory of WebAssembly', {
      expected: 'at most 4 GiB, and what the machine has',
      actual: `${bytes} more bytes`,
    })
  }
  return {
    address,
    bytes: () => new Uint8Array(exports.memory.buffer, address, bytes),
    words: () => new Uint32Array(exports.memory.buffer, address, bytes >>> 2),
  }
}

/** The text at `address`, up to its zero. */
export function readText(exports: WasmExports, address: number): string {
  const memory = new Uint8Array(exports.memory.buffer)
  const begin = address >>> 0
  return new TextDecoder().decode(memory.slice(begin, memory.indexOf(0, begin)))
}
