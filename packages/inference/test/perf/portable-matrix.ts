// What the evidence of portable builds shares: compiles the library for any target, and asks it for the logits of
// exams.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileProfile } from '../../src/build/compile-profile.ts'
import type { CompileTarget } from '../../src/build/compile-target.ts'
import { compile } from '../../src/build/compile-units.ts'
import { type Compiler, findCompiler } from '../../src/build/find-compiler.ts'
import { applyGgmlEdits } from '../../src/build/ggml-edits.ts'
import { GGML_CPU_PATHS, unpackGgmlSources } from '../../src/build/ggml-sources.ts'
import { linkLibrary } from '../../src/build/link-library.ts'
import { NATIVE_FOLDER, PROFILE_FOLDER } from '../../src/build/native-folder.ts'
import { runProgram } from '../../src/build/run-program.ts'
import type { EvaluationRequest } from '../../src/engine/inference-engine.ts'

/** A folder for one run of the evidence, with the sources of llama.cpp. */
export interface MatrixFolder {
  readonly path: string
  readonly sources: string
  remove(): Promise<void>
}

/** Unpacks and edits the sources. */
export async function createMatrixFolder(): Promise<MatrixFolder> {
  const path = await mkdtemp(join(tmpdir(), 'poai-matrix-'))
  const sources = join(path, 'sources')
  await unpackGgmlSources(sources, [...GGML_CPU_PATHS, 'include'])
  await applyGgmlEdits(join(sources, 'ggml'))
  return { path, sources, remove: async () => await rm(path, { recursive: true, force: true }) }
}

/** One way to build and run. */
export interface Variant {
  readonly name: string
  readonly program: string
  readonly target: CompileTarget
  /** Folder of the binding's libraries for the target's processor. */
  readonly binaries: string
  /** What runs a program of the target: an emulator and its options. */
  readonly runner?: readonly string[]
  /** Flags that must change bits. */
  readonly extraFlags?: readonly string[]
}

/** A variant's module and the program that dumps logits. */
export interface BuiltVariant {
  readonly variant: Variant
  readonly compiler: Compiler
  readonly directory: string
  readonly dump: string
  readonly objects: readonly string[]
}

/** Compiles the module and the program. */
export async function buildVariant(folder: MatrixFolder, variant: Variant): Promise<BuiltVariant> {
  const compiler = await findCompiler(variant.program)
  const { target, binaries, extraFlags = [] } = variant
  const root = join(folder.path, variant.name.replaceAll(/\W+/g, '-'))
  const directory = join(root, 'module')
  await mkdir(directory, { recursive: true })
  const objects = await compileProfile({
    ...{ compiler, target, sources: folder.sources, objects: join(root, 'objects'), extraFlags },
  })
  await linkLibrary({ compiler, objects, binaries, output: join(directory, 'libggml-cpu.so') })
  const dump = join(root, 'logits-dump')
  const libraries = ['libllama.v0.5.0.so', 'libggml.v0.5.0.so', 'libggml-base.so'].map((name) => join(binaries, name))
  await compile(compiler, [
    ...['-O1', '-std=c++17', ...target.flags, `-I${join(folder.sources, 'include')}`],
    ...[`-I${join(folder.sources, 'ggml/include')}`, join(NATIVE_FOLDER, 'dump/logits-dump.cpp'), ...libraries],
    ...[`-Wl,-rpath,${binaries}`, '-o', dump],
  ])
  return { variant, compiler, directory, dump, objects }
}

/** How the exams are brought to the model. */
export interface DumpShape {
  readonly threads: number
  /** Tokens in one decode; 0 for all. */
  readonly chunk: number
}

/** The hashes of all logits of each exam. */
export async function dumpLogits(
  { variant, directory, dump }: BuiltVariant,
  { modelPath, exams, threads, chunk }: DumpShape & { readonly modelPath: string; readonly exams: string },
): Promise<readonly string[]> {
  const [program = dump, ...options] = [...(variant.runner ?? []), dump]
  const args = [...options, directory, modelPath, exams, String(threads), String(chunk)]
  const { code, stdout, stderr } = await runProgram(program, args, {
    variables: { LD_LIBRARY_PATH: variant.runner === undefined ? variant.binaries : '' },
  })
  if (code !== 0) throw new Error(`${variant.name}: the dump ended with ${code}: ${stderr}`)
  return stdout.trim().split('\n')
}

/** The fed tokens of exams, a line each. */
export async function writeExams(path: string, requests: readonly EvaluationRequest[]): Promise<string> {
  await writeFile(path, requests.map(({ tokens }) => `${tokens.subarray(0, -1).join(' ')}\n`).join(''))
  return path
}

/**
 * Builds and runs the scan of the embedded functions: "function chunk hash" a line. With `libm` the platform's are
 * scanned.
 */
export async function scanMaths(
  folder: MatrixFolder,
  { program, target, runner = [] }: Pick<Variant, 'name' | 'program' | 'target' | 'runner'>,
  { step, libm = false, only = 'all' }: { readonly step: number; readonly libm?: boolean; readonly only?: string },
): Promise<readonly string[]> {
  const compiler = await findCompiler(program)
  const output = join(folder.path, `scan-${compiler.program}-${target.name}-${libm}`)
  const own = libm ? ['-lm'] : ['portable-maths.cpp', 'portable-kernels.cpp'].map((file) => join(PROFILE_FOLDER, file))
  await compile(compiler, [
    ...['-O3', '-std=c++17', '-w', '-ffp-contract=off', '-fno-builtin', '-D_GNU_SOURCE', ...target.flags],
    ...[`-I${PROFILE_FOLDER}`, join(NATIVE_FOLDER, 'scan/maths-scan.cpp'), ...own, '-o', output],
  ])
  const [command = output, ...options] = [...runner, output]
  const { code, stdout } = await runProgram(command, [...options, only, String(step)])
  if (code !== 0) throw new Error(`the scan ended with ${code}`)
  return stdout.trim().split('\n')
}
