// npm run evidence -- portable-maths [step] [function…]
//
// Every embedded function, asked with every finite binary32 number, answers the same however GCC and Clang compile it.
// The numbers are compared by a hash for each of 64 ranges. With `step` above 1 only every step-th bit pattern is
// asked. Needs g++ and clang++.
import { join } from 'node:path'
import { STRICT_FLAGS } from '../../src/build/compile-profile.ts'
import { machineTarget } from '../../src/build/compile-target.ts'
import { compile } from '../../src/build/compile-units.ts'
import { findCompiler } from '../../src/build/find-compiler.ts'
import { NATIVE_FOLDER, PROFILE_FOLDER } from '../../src/build/native-folder.ts'
import { runProgram } from '../../src/build/run-program.ts'
import { createMatrixFolder } from './portable-matrix.ts'

const ALL = [
  'expf',
  'expm1f',
  'logf',
  'log1pf',
  'sinf',
  'cosf',
  'sincosf',
  'tanhf',
  'erff',
  'powf-base',
  'powf-fraction',
]

const [step = '1', ...chosen] = process.argv.slice(2)
const functions = chosen.length > 0 ? chosen : ALL
const folder = await createMatrixFolder()
const sources = [join(NATIVE_FOLDER, 'scan/maths-scan.cpp')].concat(
  ['portable-maths.cpp', 'portable-kernels.cpp'].map((file) => join(PROFILE_FOLDER, file)),
)
const common = [
  '-O3',
  '-x',
  'c++',
  '-std=c++17',
  '-w',
  '-D_GNU_SOURCE',
  ...STRICT_FLAGS,
  `-I${PROFILE_FOLDER}`,
  ...sources,
]
async function build(compiler: string): Promise<string> {
  const output = join(folder.path, `scan-${compiler}`)
  await compile(await findCompiler(compiler), [...(machineTarget()?.flags ?? []), ...common, '-o', output])
  return output
}

async function scan(name: string, program: string): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runProgram(program, [name, step])
  if (code !== 0) throw new Error(`the scan of ${name} ended with ${code}: ${stderr}`)
  return stdout.trim().split('\n')
}

const byGcc = await build('g++')
const byClang = await build('clang++')
const rows: Record<string, string | number>[] = []
const begin = performance.now()
for (const name of functions) {
  const [expected, found] = await Promise.all([scan(name, byGcc), scan(name, byClang)])
  const differing = expected.filter((line, index) => line !== found[index]).length
  const ok = differing === 0 && expected.length === 64 && found.length === 64
  rows.push({ function: name, ranges: expected.length, differing, verdict: ok ? 'equal' : 'DIFFERENT' })
  console.error(
    `${name}: ${differing} of ${expected.length} ranges differ, ${((performance.now() - begin) / 1000).toFixed(0)} s`,
  )
  if (!ok) process.exitCode = 1
}
await folder.remove()
console.table(rows)
console.log(`every ${step === '1' ? '' : `${step}th `}finite binary32 number, GCC against Clang`)
