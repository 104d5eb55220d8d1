import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { InvariantError } from '@poai/core'
import { GGML_CPU_FILES, PROFILE_FILES, STRICT_FLAGS } from '../build/compile-profile.ts'
import type { CompileUnit } from '../build/compile-units.ts'
import { NATIVE_FOLDER, PROFILE_FOLDER } from '../build/native-folder.ts'

/** What of llama.cpp the module is made of: all of it that a model of the architecture `llama` needs. */
export const WASM_PATHS: readonly string[] = [
  ...['ggml/include', 'ggml/src/ggml-cpu', 'ggml/src/*.h', 'ggml/src/*.c', 'ggml/src/*.cpp'],
  ...['include', 'src/*.h', 'src/*.cpp', 'src/models/models.h', 'src/models/llama.cpp'],
]

/** Nothing that is linked refers to these: what trains, quantises, saves and chats, and what other processors multiply with. */
const LEFT_OUT: readonly string[] = [
  ...['ggml-opt.cpp', 'amx.cpp', 'mmq.cpp', 'hbm.cpp', 'repack.cpp'],
  ...['llama-quant.cpp', 'llama-chat.cpp', 'llama-model-saver.cpp', 'llama-grammar.cpp'],
]

/** The project's own file, which offers what the engine calls. */
const OWN_FILE = join(NATIVE_FOLDER, 'wasm/portable-engine.cpp')

/** A hundred architectures would take minutes to compile; a model of another one is refused as unknown. */
const ONE_ARCHITECTURE = {
  file: 'src/llama-model.cpp',
  after: 'static llama_model * llama_model_mapping(llm_arch arch, const llama_model_params & params) {\n',
  insert: '    return arch == LLM_ARCH_LLAMA ? new llama_model_llama(params) : nullptr;\n',
} as const

/** Headers that llama.cpp's own build would write. */
const VERSION_HEADERS: Readonly<Record<string, string>> = {
  'ggml/src/ggml-version.h': '#pragma once\n#define GGML_VERSION "portable"\n#define GGML_COMMIT "portable"\n',
  'src/llama-version.h': '#pragma once\n#define LLAMA_VERSION "portable"\n#define LLAMA_COMMIT "portable"\n',
}

/** Flags of all files. No relaxed SIMD and no threads: neither gives the same bits, or runs, everywhere. */
const FLAGS: readonly string[] = ['-msimd128', '-DNDEBUG', '-w', '-D_GNU_SOURCE', '-DGGML_USE_CPU', ...STRICT_FLAGS]

/** What computes. The rest is compiled fast instead. */
const FAST_CODE = '-O3'
const FAST_COMPILE = '-O1'

/** Functions that the module shows. */
export const WASM_FUNCTIONS: readonly string[] = [
  ...['malloc', 'free', 'poai_open', 'poai_vocabulary_size'],
  ...['poai_clear', 'poai_add', 'poai_decode', 'poai_logits'],
]

/** llama.cpp's recursion is shallow; the rest of the memory is the model and the context, up to what 32 bits reach. */
export const WASM_LINK_FLAGS: readonly string[] = [
  ...[FAST_COMPILE, '-msimd128', '--no-entry', '-sSTANDALONE_WASM=1', '-sFILESYSTEM=0'],
  ...['-sALLOW_MEMORY_GROWTH=1', '-sMAXIMUM_MEMORY=4GB', '-sTOTAL_STACK=2MB'],
  `-sEXPORTED_FUNCTIONS=${WASM_FUNCTIONS.map((name) => `_${name}`).join(',')}`,
]

/** All that decides what the module is made of, besides the files: part of its key in a cache. */
export const WASM_RECIPE: readonly unknown[] = [
  ...[WASM_PATHS, LEFT_OUT, ONE_ARCHITECTURE, VERSION_HEADERS, FLAGS, WASM_LINK_FLAGS],
  ...[GGML_CPU_FILES, PROFILE_FILES],
]

/** Completes unpacked sources, on which the edits of ggml have been made. */
export async function prepareWasmSources(sources: string): Promise<void> {
  for (const [file, text] of Object.entries(VERSION_HEADERS)) await writeFile(join(sources, file), text)
  const { file, after, insert } = ONE_ARCHITECTURE
  const parts = (await readFile(join(sources, file), 'utf8')).split(after)
  if (parts.length !== 2) throw new InvariantError(`The edit of ${file} fits ${parts.length - 1} times`)
  await writeFile(join(sources, file), parts.join(after + insert))
}

/** The compiler runs that make the module's objects in `objects`, which is made. */
export async function wasmUnits(sources: string, objects: string): Promise<readonly CompileUnit[]> {
  await mkdir(objects, { recursive: true })
  const ggml = join(sources, 'ggml/src')
  const llama = join(sources, 'src')
  const profiled = ['-include', join(PROFILE_FOLDER, 'portable-profile.h')]
  const files = [
    ...inFolder(join(ggml, 'ggml-cpu'), GGML_CPU_FILES).map((source) => ({ source, flags: [FAST_CODE, ...profiled] })),
    ...inFolder(PROFILE_FOLDER, PROFILE_FILES).map((source) => ({
      source,
      flags: [FAST_CODE, ...(source.endsWith('portable-mul-mat.cpp') ? profiled : [])],
    })),
    ...[...(await sourcesIn(ggml)), ...(await sourcesIn(llama)), join(llama, 'models/llama.cpp'), OWN_FILE].map(
      (source) => ({ source, flags: [FAST_COMPILE] }),
    ),
  ]
  const folders = ['ggml/include', 'ggml/src', 'ggml/src/ggml-cpu', 'include', 'src']
  const include = [...folders.map((folder) => join(sources, folder)), PROFILE_FOLDER].map((folder) => `-I${folder}`)
  return files
    .filter(({ source }) => !LEFT_OUT.includes(basename(source)))
    .map(({ source, flags }, index) => {
      const language = source.endsWith('.c') ? ['-x', 'c', '-std=gnu11'] : ['-x', 'c++', '-std=gnu++17']
      const object = join(objects, `${index}-${basename(source)}.o`)
      return { object, args: [...language, ...FLAGS, ...include, ...flags, '-c', source, '-o', object] }
    })
}

function inFolder(folder: string, files: readonly string[]): readonly string[] {
  return files.map((file) => join(folder, file))
}

async function sourcesIn(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder)
  return inFolder(folder, files.filter((file) => file.endsWith('.c') || file.endsWith('.cpp')).sort())
}
