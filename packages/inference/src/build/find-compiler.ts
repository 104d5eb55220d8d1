import { EngineError } from '../engine/engine-error.ts'
import { runProgram } from './run-program.ts'

/** A C++ compiler that also compiles C. */
export interface Compiler {
  readonly program: string
  /** First line of `--version`. */
  readonly version: string
  /** What would do, for people. Default: what the native library needs. */
  readonly needed?: string
}

/** In the order of preference; measured to be equally fast. */
const CANDIDATES = ['g++', 'clang++', 'c++'] as const

/** The first of them that is installed, or `program` if given. */
export async function findCompiler(program?: string): Promise<Compiler> {
  for (const candidate of program === undefined ? CANDIDATES : [program]) {
    const { code, stdout } = await runProgram(candidate, ['--version'])
    const [version] = stdout.split('\n')
    if (code === 0 && version !== undefined) return { program: candidate, version }
  }
  throw new EngineError('INFERENCE_BUILD_FAILED', 'There is no C++ compiler', {
    expected: program ?? CANDIDATES.join(', '),
    actual: 'none of them in PATH',
    hint: 'Install one (Debian and Ubuntu: `apt install g++`, 12 or later), or let the node use the WebAssembly engine.',
  })
}
