import { EngineError } from '../engine/engine-error.ts'
import { locateBinaries } from '../engine/locate-prebuilt.ts'
import { findCompiler } from './find-compiler.ts'
import { portableFolder } from './portable-library.ts'
import { runProgram } from './run-program.ts'

/**
 * Whether the library of llama.cpp can be built here: the platform, node-llama-cpp, a C++ compiler and git. A compiler
 * may still refuse.
 */
export async function canBuildPortable(cacheDirectory: string): Promise<boolean> {
  try {
    portableFolder(cacheDirectory)
    await Promise.all([locateBinaries({ cacheDirectory }), findCompiler(), requireGit()])
    return true
  } catch (error) {
    if (error instanceof EngineError) return false
    throw error
  }
}

async function requireGit(): Promise<void> {
  const { code } = await runProgram('git', ['--version'])
  if (code !== 0) throw new EngineError('INFERENCE_BUILD_FAILED', 'There is no git')
}
