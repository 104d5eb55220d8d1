import { chmod } from 'node:fs/promises'
import { EngineError } from '../engine/engine-error.ts'
import { compile } from './compile-units.ts'
import { MODULE_COMPILER_MAJOR, MODULE_FLAGS, MODULE_SOURCE } from './engine-recipe.ts'
import { runProgram } from './run-program.ts'

/** What the compiler may be called: Debian's own name, and the usual one. */
const COMPILERS = [`clang-${MODULE_COMPILER_MAJOR}`, 'clang'] as const

/** Compiles the WebAssembly module into `output`: the same bytes on every machine. Needs Debian's `clang` and `lld`. */
export async function buildModule(output: string): Promise<void> {
  const needed = `Clang ${MODULE_COMPILER_MAJOR} and its linker (Debian 12: \`apt install clang lld\`)`
  for (const program of COMPILERS) {
    const { code, stdout } = await runProgram(program, ['--version'])
    const [version = ''] = stdout.split('\n')
    if (code !== 0 || !version.includes(`version ${MODULE_COMPILER_MAJOR}.`)) continue
    await compile({ program, version, needed }, [...MODULE_FLAGS, MODULE_SOURCE, '-o', output])
    // The linker makes it executable, which no module is.
    return await chmod(output, 0o644)
  }
  throw new EngineError('INFERENCE_BUILD_FAILED', 'The WebAssembly module cannot be compiled here', {
    expected: needed,
  })
}
