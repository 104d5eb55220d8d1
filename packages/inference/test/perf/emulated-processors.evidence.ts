// npm run evidence -- emulated-processors [NAME…]
//
// The native program for processors that this machine is not, compiled by their compilers and run by qemu-user: each
// must name the variants that it can run, the fastest first, and compute by every one of them all recorded vectors and
// the attempts that WebAssembly makes here. Runs those whose name contains a NAME; all without one. Needs `apt install
// gcc clang gcc-aarch64-linux-gnu qemu-user`.
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compile } from '../../src/build/compile-units.ts'
import { PROGRAM_FLAGS, PROGRAM_SOURCE } from '../../src/build/engine-recipe.ts'
import { findCCompiler } from '../../src/build/find-compiler.ts'
import { nativeVariants } from '../../src/build/native-program.ts'
import { checkVectors } from '../../src/domain/check-vectors.ts'
import { parseVectors } from '../../src/domain/domain-vectors.ts'
import { wordsOfEngine } from '../../src/domain/evaluate-words.ts'
import type { SearchProgress } from '../../src/engine/attempt-search.ts'
import type { InferenceEngine } from '../../src/engine/inference-engine.ts'
import { createNativeEngine, createPortableEngine } from '../../src/program/portable-engine.ts'
import { useEngine } from '../model/agreement/agreeing-engines.ts'
import { SEARCH_JOB } from '../model/program/search-job.ts'
import { createTestModel, WIDE_SHAPE } from '../model/test-model.ts'

interface EmulatedProcessor {
  readonly emulator: string
  /** As the emulator names it. */
  readonly processor: string
  readonly compiler: string
  readonly flags?: readonly string[]
  /** What the program must say that it can run. */
  readonly variants: readonly string[]
}

const ARM = { emulator: 'qemu-aarch64', compiler: 'aarch64-linux-gnu-gcc' }
const ARM_BY_CLANG = { emulator: 'qemu-aarch64', compiler: 'clang', flags: ['--target=aarch64-linux-gnu'] }
const X64 = { emulator: 'qemu-x86_64', compiler: 'gcc' }

const PROCESSORS: readonly EmulatedProcessor[] = [
  { ...ARM, processor: 'cortex-a76', variants: ['dotprod', 'neon'] },
  { ...ARM, processor: 'cortex-a53', variants: ['neon'] },
  { ...ARM_BY_CLANG, processor: 'max', variants: ['dotprod', 'neon'] },
  { ...ARM_BY_CLANG, processor: 'cortex-a53', variants: ['neon'] },
  { ...X64, processor: 'Nehalem', variants: ['sse2'] },
  { ...X64, processor: 'Haswell', variants: ['avx2', 'sse2'] },
]

const ATTEMPTS = 12n
const EMBEDDED = join(import.meta.dirname, '../../../../models/quiz-1')
const SYNTHETIC = join(import.meta.dirname, '../vectors/synthetic')

const wide = await createTestModel(WIDE_SHAPE)
const folder = await mkdtemp(join(tmpdir(), 'poai-emulated-'))
const MODELS = [
  { name: 'quiz-1', modelPath: join(EMBEDDED, 'quiz-1.Q8_0.gguf'), vectors: join(EMBEDDED, 'vectors') },
  { name: 'synthetic', modelPath: wide.options.modelPath, vectors: SYNTHETIC },
]

/** A program that runs the native program, compiled for a processor, in the emulator of it. */
async function build({ emulator, processor, compiler, flags = [] }: EmulatedProcessor): Promise<string> {
  const program = join(folder, `${compiler}-${processor}`)
  await compile(await findCCompiler(compiler), [...flags, ...PROGRAM_FLAGS, '-static', PROGRAM_SOURCE, '-o', program])
  const script = `${program}.sh`
  // What the emulator warns of would be the program's last words.
  await writeFile(script, `#!/bin/sh\nexec ${emulator} -cpu ${processor} ${program} "$@" 2>/dev/null\n`)
  await chmod(script, 0o700)
  return script
}

/** What the attempts of the first nonces come to, one line each. */
async function attemptsOf(engine: InferenceEngine): Promise<string> {
  const lines: string[] = []
  for (let first = 0n; first < ATTEMPTS; first++) {
    const onProgress = ({ best }: SearchProgress): void => {
      const { transcriptRoot = new Uint8Array(), lossMicroNats = 0n } = best ?? {}
      lines.push(`${Buffer.from(transcriptRoot).toString('hex')} ${lossMicroNats} ${best?.workHash}`)
    }
    await engine.search?.(SEARCH_JOB, { first, end: first + 1n }, { onProgress })
  }
  return lines.join('\n')
}

const names = process.argv.slice(2)
const nameOf = ({ emulator, processor, compiler }: EmulatedProcessor): string => `${emulator} ${processor} ${compiler}`
const chosen = PROCESSORS.filter((row) => names.length === 0 || names.some((name) => nameOf(row).includes(name)))
const rows: Record<string, string | number | boolean>[] = []
for (const processor of chosen) {
  const file = await build(processor)
  const variants = await nativeVariants({ file })
  if (variants.join() !== processor.variants.join()) {
    throw new Error(`${nameOf(processor)} can run ${variants.join(', ')}, not ${processor.variants.join(', ')}`)
  }
  for (const variant of variants) {
    for (const { name, modelPath, vectors } of MODELS) {
      const recorded = parseVectors(await readFile(join(vectors, 'portable-1.json'), 'utf8'))
      const { contextSize } = recorded
      const options = { modelPath, contextSize, workers: 1 }
      const begin = performance.now()
      const wasm = createPortableEngine({ ...options, program: 'wasm', cacheDirectory: folder })
      const expected = await useEngine(wasm, attemptsOf)
      const found = await useEngine(createNativeEngine(file, { ...options, variant }), async (engine) => {
        await checkVectors(wordsOfEngine(engine), recorded)
        return await attemptsOf(engine)
      })
      const seconds = Math.round((performance.now() - begin) / 1000)
      const row = { ...{ processor: nameOf(processor), variant, model: name }, exams: recorded.exams.length }
      rows.push({ ...row, attempts: expected.split('\n').length, equal: found === expected, seconds })
      console.error(JSON.stringify(rows.at(-1)))
    }
  }
}

await wide.remove()
await rm(folder, { recursive: true, force: true })
console.table(rows)
if (rows.length === 0 || rows.some(({ equal }) => equal !== true)) process.exitCode = 1
