import { EngineError } from '../engine/engine-error.ts'
import { type RunProgram, runProgram } from './run-program.ts'

/** A compiler of C, or of C++ and C. */
export interface Compiler {
  readonly program: string
  /** First line of `--version`. */
  readonly version: string
  /** What would be suitable, for people. Default: what the native library needs. */
  readonly needed?: string
}

/** Where to look for a compiler. Default: this machine. */
export interface CompilerSearch {
  readonly platform?: NodeJS.Platform
  readonly run?: RunProgram
}

/** In order of preference; measured to be equally fast. */
const CXX_CANDIDATES = ['g++', 'clang++', 'c++'] as const
const C_CANDIDATES = ['cc', 'gcc', 'clang'] as const

/** The first C++ compiler that is installed, or `program` if given. It also compiles C. */
export async function findCompiler(program?: string): Promise<Compiler> {
  const candidates = program === undefined ? CXX_CANDIDATES : [program]
  const found = await findFirst(candidates, runProgram)
  if (found !== undefined) return found
  throw new EngineError('INFERENCE_BUILD_FAILED', 'There is no C++ compiler', {
    expected: candidates.join(', '),
    actual: 'none of them in PATH',
    hint: 'Install one (Debian and Ubuntu: `apt install g++`, 12 or later), or use the program’s own engine.',
  })
}

/** The first C compiler that is installed, or `program` if given. */
export async function findCCompiler(
  program?: string,
  { platform = process.platform, run = runProgram }: CompilerSearch = {},
): Promise<Compiler> {
  const candidates = program === undefined ? ((await canHaveC(platform, run)) ? C_CANDIDATES : []) : [program]
  const found = await findFirst(candidates, run)
  if (found !== undefined) return { ...found, needed: 'GCC 10 or Clang 11 or later' }
  throw new EngineError('INFERENCE_BUILD_FAILED', 'There is no C compiler', {
    expected: candidates.join(', ') || 'a system with cc',
    actual: 'none of them in PATH',
    hint: 'Install one (Debian and Ubuntu: `apt install gcc`; macOS: `xcode-select --install`). WebAssembly computes the same bits without.',
  })
}

/** Windows has no compiler that takes the flags; macOS opens a window if asked for one that is not installed. */
async function canHaveC(platform: NodeJS.Platform, run: RunProgram): Promise<boolean> {
  if (platform === 'win32') return false
  return platform !== 'darwin' || (await run('xcode-select', ['-p'])).code === 0
}

async function findFirst(candidates: readonly string[], run: RunProgram): Promise<Compiler | undefined> {
  for (const candidate of candidates) {
    const { code, stdout } = await run(candidate, ['--version'])
    const [version] = stdout.split('\n')
    if (code === 0 && version !== undefined) return { program: candidate, version }
  }
  return undefined
}
