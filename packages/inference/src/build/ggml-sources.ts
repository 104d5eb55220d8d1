import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { EngineError } from '../engine/engine-error.ts'
import { findLlamaBinding } from '../engine/llama-binding.ts'
import { type RunProgramOptions, runProgram } from './run-program.ts'

/** The llama.cpp sources that node-llama-cpp 3.22.1 carries, as a git bundle of one commit. */
export const GGML_BUNDLE = {
  sha256: '5f5d1105d5df040738d87b8290e5d17e7362131cdcfdb0831618e0ea528b4a51',
  commit: 'de3ff815ea7d559ee917f063901b8986f038abc6',
} as const

/** The parts of it that make up a CPU backend. */
export const GGML_CPU_PATHS: readonly string[] = ['ggml/include', 'ggml/src/ggml-cpu', 'ggml/src/*.h']

export interface UnpackOptions extends RunProgramOptions {
  /** Of the engine: the binding may have been installed into it. */
  readonly cacheDirectory?: string
}

/** Unpacks `paths` of the bundle's sources into `folder`, after comparing the bundle's hash. */
export async function unpackGgmlSources(
  folder: string,
  paths: readonly string[],
  { cacheDirectory, ...options }: UnpackOptions = {},
): Promise<void> {
  const { sourceBundle: bundle } = findLlamaBinding(cacheDirectory)
  const found = await hashFile(bundle)
  if (found !== GGML_BUNDLE.sha256) {
    throw new EngineError('INFERENCE_BUILD_FAILED', 'The sources of llama.cpp are not those of the release', {
      expected: GGML_BUNDLE.sha256,
      actual: found,
      hint: 'Install it again: `poai engine install-llama`; in a checkout, `npm ci`.',
    })
  }
  const repository = join(folder, 'bundle.git')
  await mkdir(folder, { recursive: true })
  await git(['clone', '--quiet', '--bare', bundle, repository], options)
  await git(
    [`--git-dir=${repository}`, `--work-tree=${folder}`, 'checkout', '--quiet', GGML_BUNDLE.commit, '--', ...paths],
    options,
  )
}

async function git(args: readonly string[], options: RunProgramOptions): Promise<void> {
  const { code, stderr } = await runProgram('git', args, options)
  if (code === 0) return
  throw new EngineError('INFERENCE_BUILD_FAILED', 'git could not unpack the sources of llama.cpp', {
    expected: `git ${args[0]}`,
    actual: code === undefined ? 'git is not installed' : stderr.trim().slice(0, 400),
    hint: 'Install git (Debian and Ubuntu: `apt install git`).',
  })
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
  } catch (cause) {
    throw new EngineError('INFERENCE_BUILD_FAILED', 'The sources of llama.cpp are not installed', {
      expected: path,
      hint: 'Install node-llama-cpp, which carries them: `poai engine install-llama`; in a checkout, `npm ci`.',
      cause,
    })
  }
  return hash.digest('hex')
}
