import { EngineError } from '../engine/engine-error.ts'

/** A module's memory; each growth replaces `buffer`. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer
}

/** The functions of `native/engine/wasm.c`. Addresses are signed 32-bit integers: `>>> 0` before use. */
export interface WasmExports {
  readonly memory: WasmMemory
  allocate(bytes: number): number
  open(file: number, bytes: number, context: number): number
  vocabulary(): number
  variant(): number
  evaluate(request: number, words: number): number
  feed(tokens: number, count: number, at: number, logits: number): number
  draw(logits: number, count: number, sampling: number, index: number): number
  begin_generation(slice: number): number
  step_generation(drawn: number): number
  try_nonce(job: number, nonce: bigint, seal: number): number
}

const NAMES = [
  ...['memory', 'allocate', 'open', 'vocabulary', 'variant', 'evaluate', 'feed'],
  ...['draw', 'begin_generation', 'step_generation', 'try_nonce'],
]

/** The exports, if all are present. */
export function requireExports(exports: Readonly<Record<string, unknown>>): WasmExports {
  const missing = NAMES.filter((name) => exports[name] === undefined)
  if (missing.length === 0) return exports as unknown as WasmExports
  throw new EngineError('INFERENCE_START_FAILED', 'The WebAssembly module is not this program’s', {
    expected: NAMES.join(', '),
    actual: `no ${missing.join(', ')}`,
    hint: 'Install again: the module comes with the program.',
  })
}
