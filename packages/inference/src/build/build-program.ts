import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../engine/engine-error.ts'
import type { BuildProgress } from './build-portable.ts'
import { hashBuilt } from './build-record.ts'
import { compile } from './compile-units.ts'
import { PROGRAM_FLAGS, PROGRAM_SOURCE } from './engine-recipe.ts'
import { findCCompiler } from './find-compiler.ts'
import {
  findNativeProgram,
  type NativeProgram,
  PROGRAM_FILE,
  programFolder,
  RECORD_FILE,
  readProgram,
} from './native-program.ts'

export interface BuildProgramOptions {
  /** As an engine's. Writable by this user only: what lies in it is executed. */
  readonly cacheDirectory: string
  /** A compiler's program; default: the first that is installed. */
  readonly compiler?: string | undefined
  /** Builds although there is one. Default false. */
  readonly again?: boolean
  /** Priority of the compiler, from 0 as this process's to 19: what else the machine does goes first. Default 0. */
  readonly niceness?: number
  readonly signal?: AbortSignal
  onProgress?(progress: BuildProgress): void
}

export interface BuildProgramDependencies {
  /** Throws unless the program in `file` computes the recorded bits: only then does it come to its place. */
  readonly selfTest?: (file: string) => Promise<void>
}

/** A program, and whether it was there before. */
export interface BuiltProgram extends NativeProgram {
  readonly isNew: boolean
}

/**
 * Compiles the engine of the domain `portable-1` for this machine, tests it, and puts it into the cache. Needs a C compiler; takes
 * seconds. Finds what an earlier build left.
 */
export async function buildProgram(
  options: BuildProgramOptions,
  { selfTest }: BuildProgramDependencies = {},
): Promise<BuiltProgram> {
  const { cacheDirectory, again = false, onProgress } = options
  const existing = again ? undefined : await findNativeProgram(cacheDirectory)
  if (existing !== undefined) return { ...existing, isNew: false }
  const draft = join(cacheDirectory, `building-${randomUUID()}`)
  await mkdir(draft, { recursive: true, mode: 0o700 })
  try {
    const made = join(draft, 'made')
    await compileInto(made, options)
    onProgress?.({ step: 'test', done: 0, total: 1 })
    await selfTest?.(join(made, PROGRAM_FILE))
    onProgress?.({ step: 'test', done: 1, total: 1 })
    return { ...(await publish(made, await programFolder(cacheDirectory))), isNew: true }
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

async function compileInto(folder: string, options: BuildProgramOptions): Promise<void> {
  const { signal, niceness = 0, onProgress } = options
  const compiler = await findCCompiler(options.compiler)
  await mkdir(folder, { mode: 0o700 })
  const file = join(folder, PROGRAM_FILE)
  onProgress?.({ step: 'compile', done: 0, total: 1 })
  await compile(compiler, [...PROGRAM_FLAGS, PROGRAM_SOURCE, '-o', file], {
    niceness,
    ...(signal === undefined ? {} : { signal }),
  })
  onProgress?.({ step: 'compile', done: 1, total: 1 })
  const record = { sha256: await hashBuilt(file), compiler: compiler.version }
  await writeFile(join(folder, RECORD_FILE), `${JSON.stringify(record)}\n`, { mode: 0o600 })
}

/** Puts the folder in its place whole, unless another process has just done so; what is damaged there goes. */
async function publish(made: string, folder: string): Promise<NativeProgram> {
  await rename(folder, `${made}-before`).catch(() => undefined)
  await rename(made, folder).catch(() => undefined)
  const program = await readProgram(folder)
  if (program !== undefined) return program
  throw new EngineError('INFERENCE_BUILD_FAILED', 'The engine is not where it was put', { expected: folder })
}
