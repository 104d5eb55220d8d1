// npm run evidence -- portable-builds
//
// The domain portable-1 from GCC and Clang, as AVX2 and as SSE2 code, in all four formats, with threads and chunks: all
// logits equal. Then what must not go unnoticed: contraction, another order of sums, the platform's libm.
import { join } from 'node:path'
import { mixedExamRequests, seededExamRequests } from '@poai/testing'
import { X64_AVX2, X64_SSE2 } from '../../src/build/compile-target.ts'
import { linkLibrary } from '../../src/build/link-library.ts'
import { runProgram } from '../../src/build/run-program.ts'
import { locateBinaries } from '../../src/engine/locate-prebuilt.ts'
import { createBenchFolder } from './bench-models.ts'
import {
  type BuiltVariant,
  buildVariant,
  createMatrixFolder,
  dumpLogits,
  scanMaths,
  type Variant,
  writeExams,
} from './portable-matrix.ts'

/** Every so many of the 2^32 bit patterns, for the control of libm. */
const SCAN_STEP = 64

const folder = await createMatrixFolder()
const bench = await createBenchFolder()
const { binaries } = await locateBinaries()
const rows: Record<string, string | number>[] = []
let failed = false

function report(what: string, wanted: 'equal' | 'different', compared: number, differing: number): void {
  const ok = wanted === 'equal' ? differing === 0 : differing > 0
  failed ||= !ok
  rows.push({ what, wanted, compared, differing, verdict: ok ? 'ok' : 'FAILED' })
  console.error(`${what}: ${differing} of ${compared} differ, wanted ${wanted}: ${ok ? 'ok' : 'FAILED'}`)
}

const variants: Variant[] = ['g++', 'clang++'].flatMap((program) =>
  [X64_AVX2, X64_SSE2].map((target) => ({ name: `${program} ${target.name}`, program, target, binaries })),
)
const requests = [...seededExamRequests('portable-builds', 3), ...mixedExamRequests('portable-builds', 5, 250)]
const exams = await writeExams(join(folder.path, 'exams.txt'), requests)
const models = [await bench.quizModel()]
for (const format of ['Q8_0', 'Q4_0', 'F16', 'F32'] as const) {
  models.push(
    await bench.synthetic(`wide-${format}`, { layers: 4, width: 256, heads: 4, kvHeads: 2, feedForward: 768, format }),
  )
}

/** All hashes of a variant over all models, in the canonical shape or another. */
async function hashesOf(built: BuiltVariant, threads = 1, chunk = 0): Promise<readonly string[]> {
  const hashes: string[] = []
  for (const modelPath of models) hashes.push(...(await dumpLogits(built, { modelPath, exams, threads, chunk })))
  return hashes
}

function count(reference: readonly string[], found: readonly string[]): [number, number] {
  return [reference.length, reference.filter((hash, index) => hash !== found[index]).length]
}

let reference: readonly string[] = []
let first: BuiltVariant | undefined
for (const variant of variants) {
  const built = await buildVariant(folder, variant)
  if (first === undefined) {
    first = built
    reference = await hashesOf(built)
  }
  report(variant.name, 'equal', ...count(reference, await hashesOf(built)))
  report(`${variant.name}, 2 threads`, 'equal', ...count(reference, await hashesOf(built, 2)))
  for (const chunk of [16, 61]) {
    report(`${variant.name}, chunks of ${chunk}`, 'equal', ...count(reference, await hashesOf(built, 1, chunk)))
  }
}

for (const [what, extraFlags] of [
  ['contraction', ['-mfma', '-ffp-contract=fast']],
  ['another order of sums', ['-fassociative-math', '-fno-signed-zeros', '-fno-trapping-math']],
] as const) {
  const built = await buildVariant(folder, { name: what, program: 'g++', target: X64_AVX2, binaries, extraFlags })
  report(`control: ${what}`, 'different', ...count(reference, await hashesOf(built)))
}

if (first !== undefined) {
  const objects = first.objects.filter((object) => !object.includes('portable-maths'))
  const output = join(folder.path, 'without-maths.so')
  const refused = await linkLibrary({ compiler: first.compiler, objects, binaries, output }).then(
    () => false,
    () => true,
  )
  report('control: a library without the embedded maths does not link', 'different', 1, refused ? 1 : 0)
  const own = await scanMaths(folder, variants[0] as Variant, { step: SCAN_STEP })
  const platform = await scanMaths(folder, variants[0] as Variant, { step: SCAN_STEP, libm: true })
  report('control: the platform’s libm', 'different', ...count(own, platform))
  const clang = await scanMaths(folder, variants[3] as Variant, { step: SCAN_STEP })
  report('embedded maths, GCC AVX2 against Clang SSE2', 'equal', ...count(own, clang))
}

await bench.remove()
await folder.remove()
console.table(rows)
const { stdout } = await runProgram('uname', ['-srm'])
console.log(stdout.trim())
if (failed) process.exitCode = 1
