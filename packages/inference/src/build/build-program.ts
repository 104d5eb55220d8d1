import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../engine/engine-error.ts'
import { withFolderLock } from '../lock/folder-lock.ts'
import type { BuildProgress } from './build-portable.ts'
import { hashBuilt } from './build-record.ts'
import { compile } from './compile-units.ts'
import { PROGRAM_FLAGS, PROGRAM_SOURCE } from './engine-recipe.ts'
import { findCCompiler } from './find-compiler.ts'
import {
  findNativeProgram,
  type NativeProgram,
  programFile,
  programFolder,
  RECORD_FILE,
  readProgram,
} from './native-program.ts'

export interface BuildProgramOptions {
  /** The same as an engine's. Writable by this user only: its contents are executed. */
  readonly cacheDirectory: string
  /** The compiler to run; default: the first that is installed. */
  readonly compiler?: string | undefined
  /** Builds even if one exists. Default false. */
  readonly again?: boolean
  /** Priority of the compiler, from 0 (this process's) to 19: everything else on the machine goes first. Default 0. */
  readonly niceness?: number
  readonly signal?: AbortSignal
  onProgress?(progress: BuildProgress): void
}

export interface BuildProgramDependencies {
  /** Throws unless the program in `file` computes the recorded bits: only then is it put in its place. */
  readonly selfTest?: (file: string) => Promise<void>
}

/** A program, and whether it already existed. */
export interface BuiltProgram extends NativeProgram {
  readonly isNew: boolean
}

/** Prefix of the folders in which a program is built. */
const DRAFT = 'compiling-'

/** Several times what a compiler takes on a slow and busy machine. */
const LONGEST_WAIT_MS = 600_000

/**
 * Compiles the engine of the domain `portable-1` for this machine, tests it, and puts it into the cache. Needs a C
 * compiler; takes seconds. Reuses an earlier build. If several processes want it, one compiles and the others wait.
 */
export async function buildProgram(
  options: BuildProgramOptions,
  dependencies: BuildProgramDependencies = {},
): Promise<BuiltProgram> {
  const { cacheDirectory, again = false, signal } = options
  const find = async (): Promise<BuiltProgram | undefined> => {
    const existing = again ? undefined : await findNativeProgram(cacheDirectory)
    return existing === undefined ? undefined : { ...existing, isNew: false }
  }
  const found = await find()
  if (found !== undefined) return found
  return await withFolderLock(cacheDirectory, 'program', {
    signal,
    waitMs: LONGEST_WAIT_MS,
    errors: {
      unwritable: (cause) => failed(`The engine’s cache ${cacheDirectory} cannot be written to`, { cause }),
      busy: (path) => failed('Another process compiles the engine', { hint: `If there is none, delete ${path}.` }),
    },
    work: async () => (await find()) ?? (await make(options, dependencies)),
  })
}

/** No other process builds meanwhile: other drafts were left by processes that were killed. */
async function make(options: BuildProgramOptions, { selfTest }: BuildProgramDependencies): Promise<BuiltProgram> {
  const { cacheDirectory, onProgress } = options
  for (const entry of await readdir(cacheDirectory)) {
    if (entry.startsWith(DRAFT)) await rm(join(cacheDirectory, entry), { recursive: true, force: true })
  }
  const draft = join(cacheDirectory, `${DRAFT}${randomUUID()}`)
  await mkdir(draft, { mode: 0o700 })
  try {
    const made = join(draft, 'made')
    await compileInto(made, options)
    onProgress?.({ step: 'test', done: 0, total: 1 })
    await selfTest?.(join(made, programFile()))
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
  const file = join(folder, programFile())
  onProgress?.({ step: 'compile', done: 0, total: 1 })
  await compile(compiler, [...PROGRAM_FLAGS, PROGRAM_SOURCE, '-o', file], {
    niceness,
    ...(signal === undefined ? {} : { signal }),
  })
  onProgress?.({ step: 'compile', done: 1, total: 1 })
  const record = { sha256: await hashBuilt(file), compiler: compiler.version }
  await writeFile(join(folder, RECORD_FILE), `${JSON.stringify(record)}\n`, { mode: 0o600 })
}

/** Moves the whole folder into place, replacing a damaged one. */
async function publish(made: string, folder: string): Promise<NativeProgram> {
  await rename(folder, `${made}-before`).catch(() => undefined)
  await rename(made, folder)
  const program = await readProgram(folder)
  if (program !== undefined) return program
  throw failed('The engine is not where it was put', { expected: folder })
}

function failed(message: string, details: ConstructorParameters<typeof EngineError>[2]): EngineError {
  return new EngineError('INFERENCE_BUILD_FAILED', message, details)
}
