import { EngineError } from '../engine/engine-error.ts'
import type { WasmMemory } from './wasm-host.ts'

/** The functions of `native/wasm/portable-engine.cpp`. Addresses are signed 32-bit integers: `>>> 0` before use. */
export interface WasmExports {
  readonly memory: WasmMemory
  _initialize(): void
  malloc(size: number): number
  free(address: number): void
  poai_open(file: number, size: number, cells: number, sequences: number): number
  poai_vocabulary_size(): number
  poai_clear(): void
  poai_add(token: number, position: number, sequence: number, wanted: number): number
  poai_decode(): number
  poai_logits(index: number): number
}

const NAMES = [
  ...['memory', '_initialize', 'malloc', 'free', 'poai_open', 'poai_vocabulary_size'],
  ...['poai_clear', 'poai_add', 'poai_decode', 'poai_logits'],
]

/** The exports, if all are there. */
export function requireExports(exports: Readonly<Record<string, unknown>>): WasmExports {
  const missing = NAMES.filter((name) => exports[name] === undefined)
  if (missing.length === 0) return exports as unknown as WasmExports
  throw new EngineError('INFERENCE_START_FAILED', 'The WebAssembly module is not this program’s', {
    expected: NAMES.join(', '),
    actual: `no ${missing.join(', ')}`,
    hint: 'Build it again: `poai engine build --wasm --again`.',
  })
}
