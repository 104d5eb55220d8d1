import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { BuildProgress } from '../build/build-portable.ts'
import { compile, compileUnits } from '../build/compile-units.ts'
import type { Compiler } from '../build/find-compiler.ts'
import { applyGgmlEdits } from '../build/ggml-edits.ts'
import { unpackGgmlSources } from '../build/ggml-sources.ts'
import { runProgram } from '../build/run-program.ts'
import { EngineError } from '../engine/engine-error.ts'
import { findWasmModule, hashModule, WASM_FILE, type WasmEngineModule, wasmFolder } from './wasm-module.ts'
import { prepareWasmSources, WASM_LINK_FLAGS, WASM_PATHS, wasmUnits } from './wasm-sources.ts'

export interface BuildWasmOptions {
  /** As an engine's; see `LlamaEngineOptions`. */
  readonly cacheDirectory: string
  /** Builds although there is one. Default false. */
  readonly again?: boolean
  readonly signal?: AbortSignal
  onProgress?(progress: BuildProgress): void
}

/** A module, and whether it was there before. */
export interface BuiltWasm extends WasmEngineModule {
  readonly isNew: boolean
}

/** What Emscripten is called. */
const PROGRAM = 'emcc'

/**
 * Compiles the engine of the domain `portable-1` to WebAssembly, from the sources that node-llama-cpp carries and the project's own
 * kernels and maths, and puts it into the cache. Needs Emscripten and git. Finds what an earlier build left.
 *
 * `selfTest` throws unless an engine with the cache that it is given computes the recorded bits.
 */
export async function buildWasm(
  options: BuildWasmOptions,
  { selfTest }: { readonly selfTest?: (cacheDirectory: string) => Promise<void> } = {},
): Promise<BuiltWasm> {
  const { cacheDirectory, again = false, onProgress } = options
  const existing = again ? undefined : await findWasmModule(cacheDirectory)
  if (existing !== undefined) return { ...existing, isNew: false }
  const draft = join(cacheDirectory, `building-${randomUUID()}`)
  await mkdir(draft, { recursive: true, mode: 0o700 })
  try {
    const made = await compileInto(draft, options)
    onProgress?.({ step: 'test', done: 0, total: 1 })
    await selfTest?.(draft)
    onProgress?.({ step: 'test', done: 1, total: 1 })
    await publish(made, wasmFolder(cacheDirectory))
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  const module = await findWasmModule(cacheDirectory)
  if (module !== undefined) return { ...module, isNew: true }
  throw new EngineError('INFERENCE_BUILD_FAILED', 'The WebAssembly module is not where it was put', {
    expected: wasmFolder(cacheDirectory),
  })
}

/** Builds as if `draft` were the cache; returns the folder. */
async function compileInto(draft: string, { signal, onProgress }: BuildWasmOptions): Promise<string> {
  const compiler = await findEmscripten()
  const cancel = signal === undefined ? {} : { signal }
  const work = join(draft, 'work')
  onProgress?.({ step: 'unpack', done: 0, total: 1 })
  await unpackGgmlSources(work, WASM_PATHS, { cacheDirectory: dirname(draft), ...cancel })
  await applyGgmlEdits(join(work, 'ggml'))
  await prepareWasmSources(work)
  const objects = await compileUnits(compiler, await wasmUnits(work, join(work, 'objects')), {
    ...cancel,
    onProgress: (done, total) => onProgress?.({ step: 'compile', done, total }),
  })
  const made = wasmFolder(draft)
  await mkdir(made, { mode: 0o700 })
  const file = join(made, WASM_FILE)
  await compile(compiler, [...WASM_LINK_FLAGS, ...objects, '-o', file], signal)
  const record = { sha256: hashModule(await readFile(file)), compiler: compiler.version }
  await writeFile(join(made, 'record.json'), `${JSON.stringify(record)}\n`, { mode: 0o600 })
  await rm(work, { recursive: true, force: true })
  return made
}

async function findEmscripten(): Promise<Compiler> {
  const { code, stdout } = await runProgram(PROGRAM, ['--version'])
  const [version] = stdout.split('\n')
  if (code === 0 && version !== undefined) return { program: PROGRAM, version, needed: 'Emscripten 3.1.6 or later' }
  throw new EngineError('INFERENCE_BUILD_FAILED', 'Emscripten is not installed', {
    expected: PROGRAM,
    actual: 'not in PATH',
    hint: 'Install it (Debian and Ubuntu: `apt install --no-install-recommends emscripten`).',
  })
}

async function publish(made: string, folder: string): Promise<void> {
  const old = join(dirname(made), 'old')
  await rename(folder, old).catch(() => undefined)
  await rename(made, folder)
}
