import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { EngineError } from '../engine/engine-error.ts'
import { locateBinaries } from '../engine/locate-prebuilt.ts'
import { hashBuilt } from './build-record.ts'
import { compileProfile } from './compile-profile.ts'
import { machineTarget } from './compile-target.ts'
import { findCompiler } from './find-compiler.ts'
import { applyGgmlEdits } from './ggml-edits.ts'
import { GGML_CPU_PATHS, unpackGgmlSources } from './ggml-sources.ts'
import { linkLibrary } from './link-library.ts'
import { PORTABLE_LIBRARY } from './portable-key.ts'
import { findPortableLibrary, type PortableLibrary, portableFolder } from './portable-library.ts'

/** How far a build has come. */
export interface BuildProgress {
  readonly step: 'unpack' | 'compile' | 'test'
  readonly done: number
  readonly total: number
}

export interface BuildPortableOptions {
  /** The same as an engine's; see `LlamaEngineOptions`. */
  readonly cacheDirectory: string
  /** The compiler to run; default: the first that is installed. */
  readonly compiler?: string
  /** Builds even if one exists. Default false. */
  readonly again?: boolean
  /** How many compilers run at a time. Default: as many as there are cores. */
  readonly jobs?: number
  /** Priority of the compiler, from 0 (this process's) to 19: everything else on the machine goes first. Default 0. */
  readonly niceness?: number
  readonly signal?: AbortSignal
  onProgress?(progress: BuildProgress): void
}

export interface BuildPortableDependencies {
  /**
   * Throws unless an engine with this cache computes the recorded bits: only then is the library put in its place.
   * Without it the admission test of the engine's workers is the first test.
   */
  readonly selfTest?: (cacheDirectory: string) => Promise<void>
}

/** A library, and whether it already existed. */
export interface BuiltPortable extends PortableLibrary {
  readonly isNew: boolean
}

/**
 * Compiles the CPU backend of the domain `portable-1` for this machine, from the sources that node-llama-cpp carries
 * and the project's own kernels and maths, tests it, and puts it into the cache. Needs a C++ compiler and git; takes
 * less than a minute on two cores. Reuses an earlier build.
 */
export async function buildPortable(
  options: BuildPortableOptions,
  { selfTest }: BuildPortableDependencies = {},
): Promise<BuiltPortable> {
  const { cacheDirectory, again = false } = options
  const existing = again ? undefined : await findPortableLibrary(cacheDirectory)
  if (existing !== undefined) return { ...existing, isNew: false }
  const folder = portableFolder(cacheDirectory)
  const draft = join(cacheDirectory, `building-${randomUUID()}`)
  await mkdir(draft, { recursive: true, mode: 0o700 })
  try {
    const made = await compileInto(draft, options)
    options.onProgress?.({ step: 'test', done: 0, total: 1 })
    await selfTest?.(draft)
    options.onProgress?.({ step: 'test', done: 1, total: 1 })
    await publish(made, folder)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  const library = await findPortableLibrary(cacheDirectory)
  if (library !== undefined) return { ...library, isNew: true }
  throw new EngineError('INFERENCE_BUILD_FAILED', 'The portable library is not where it was put', { expected: folder })
}

/** Builds as if `draft` were the cache; returns the folder. */
async function compileInto(
  draft: string,
  { cacheDirectory, compiler: program, jobs, niceness = 0, signal, onProgress }: BuildPortableOptions,
): Promise<string> {
  const compiler = await findCompiler(program)
  const target = machineTarget()
  if (target === undefined) throw new EngineError('INFERENCE_PLATFORM_UNSUPPORTED', 'No target for this processor')
  const { binaries } = await locateBinaries({ cacheDirectory })
  const work = join(draft, 'work')
  const running = { niceness, ...(signal === undefined ? {} : { signal }) }
  onProgress?.({ step: 'unpack', done: 0, total: 1 })
  await unpackGgmlSources(work, GGML_CPU_PATHS, { cacheDirectory, ...running })
  await applyGgmlEdits(join(work, 'ggml'))
  const objects = await compileProfile({
    ...{ compiler, target, sources: work, objects: join(work, 'objects'), ...running },
    ...(jobs === undefined ? {} : { jobs }),
    onProgress: (done, total) => onProgress?.({ step: 'compile', done, total }),
  })
  const made = portableFolder(draft)
  await mkdir(made, { mode: 0o700 })
  const output = join(made, PORTABLE_LIBRARY)
  await linkLibrary({ compiler, objects, binaries, output, ...running })
  await rm(work, { recursive: true, force: true })
  const record = { sha256: await hashBuilt(output), compiler: compiler.version }
  await writeFile(`${made}.json`, `${JSON.stringify(record)}\n`, { mode: 0o600 })
  return made
}

/** The record is written last: a library without it, or with another's, is not used but built again. */
async function publish(made: string, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 })
  const old = join(dirname(made), `old-${basename(folder)}`)
  await rename(folder, old).catch(() => undefined)
  await rename(made, folder)
  await rename(`${made}.json`, `${folder}.json`)
}
