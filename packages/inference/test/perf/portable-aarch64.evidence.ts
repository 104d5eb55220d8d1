// npm run evidence -- portable-aarch64
//
// The domain portable-1 compiled for 64-bit Arm and run by qemu-user, against this machine's build: all logits equal,
// and the embedded maths. Needs `apt install g++-aarch64-linux-gnu qemu-user` and node-llama-cpp's package for
// linux-arm64.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { mixedExamRequests, seededExamRequests, vectorExamRequests } from '@poai/testing'
import { ARM64_NEON, X64_AVX2 } from '../../src/build/compile-target.ts'
import { locateBinaries } from '../../src/engine/locate-prebuilt.ts'
import { createBenchFolder } from './bench-models.ts'
import { buildVariant, createMatrixFolder, dumpLogits, scanMaths, type Variant, writeExams } from './portable-matrix.ts'

/** The emulator makes some 10 million calls a second. */
const SCAN_STEP = 1024

const { binaries } = await locateBinaries()
const armBinaries = binaries.replaceAll('linux-x64', 'linux-arm64')
if (!existsSync(join(armBinaries, 'libggml-base.so'))) {
  throw new Error(
    `no libraries for linux-arm64 in ${armBinaries}: npm install --force --no-save @node-llama-cpp/linux-arm64@3.22.1`,
  )
}
const arm: Variant = {
  name: 'aarch64',
  program: 'aarch64-linux-gnu-g++',
  target: ARM64_NEON,
  binaries: armBinaries,
  runner: ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu'],
}
const x64: Variant = { name: 'x86-64', program: 'g++', target: X64_AVX2, binaries }

const folder = await createMatrixFolder()
const bench = await createBenchFolder()
const requests = [...seededExamRequests('portable-aarch64', 3), ...mixedExamRequests('portable-aarch64', 3, 250)]
const exams = await writeExams(join(folder.path, 'exams.txt'), requests)
const recorded = await writeExams(join(folder.path, 'recorded.txt'), vectorExamRequests())
const quizModel = await bench.quizModel()
const models = [quizModel]
for (const format of ['Q8_0', 'Q4_0', 'F16', 'F32'] as const) {
  models.push(
    await bench.synthetic(`small-${format}`, { layers: 2, width: 128, heads: 4, kvHeads: 2, feedForward: 384, format }),
  )
}

const rows: Record<string, string | number>[] = []
const builtArm = await buildVariant(folder, arm)
const builtX64 = await buildVariant(folder, x64)

async function compare(model: string, shape: Parameters<typeof dumpLogits>[1]): Promise<void> {
  const { threads, chunk } = shape
  const expected = await dumpLogits(builtX64, { ...shape, threads: 1, chunk: 0 })
  const found = await dumpLogits(builtArm, shape)
  const differing = expected.filter((hash, index) => hash !== found[index]).length
  rows.push({ model, threads, chunk, exams: expected.length, differing })
  console.error(JSON.stringify(rows.at(-1)))
}

for (const modelPath of models) {
  for (const [threads, chunk] of [
    [1, 0],
    [2, 0],
    [1, 16],
  ] as const) {
    await compare(modelPath.split('/').at(-1) ?? '', { modelPath, exams, threads, chunk })
  }
}
await compare('quiz-1, the recorded vectors', { modelPath: quizModel, exams: recorded, threads: 1, chunk: 0 })
const own = await scanMaths(folder, x64, { step: SCAN_STEP })
const emulated = await scanMaths(folder, arm, { step: SCAN_STEP })
const differing = own.filter((line, index) => line !== emulated[index]).length
rows.push({ model: `embedded maths, 1 of ${SCAN_STEP} inputs`, threads: 1, chunk: 0, exams: own.length, differing })

await bench.remove()
await folder.remove()
console.table(rows)
if (rows.some((row) => row['differing'] !== 0)) process.exitCode = 1
