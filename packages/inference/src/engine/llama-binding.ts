import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EngineError } from './engine-error.ts'

/** The version of node-llama-cpp that all builds of this release belong to. */
export const BINDING_VERSION = '3.22.1'

/** Entry of node-llama-cpp below a node_modules folder. */
const ENTRY = 'node_modules/node-llama-cpp/dist/index.js'

/**
 * node-llama-cpp on this machine. It is the one dependency that is not always installed: the engine that comes with the
 * program needs nothing, and llama.cpp serves as a comparison.
 */
export interface LlamaBinding {
  /** The module to import. */
  readonly entry: string
  /** The llama.cpp sources that it carries. */
  readonly sourceBundle: string
  /** Resolves names of packages as the binding itself would. */
  readonly resolve: (name: string) => string
}

/** Where `poai engine install-llama` puts the binding, in a cache. */
export function llamaFolder(cacheDirectory: string): string {
  return join(cacheDirectory, `node-llama-cpp-${BINDING_VERSION}`)
}

/**
 * Finds the binding next to the program or in the cache. Throws `INFERENCE_PLATFORM_UNSUPPORTED`, naming the command
 * that installs it, if it is in neither.
 */
export function findLlamaBinding(cacheDirectory?: string): LlamaBinding {
  const entry = besideTheProgram() ?? (cacheDirectory === undefined ? undefined : inCache(cacheDirectory))
  if (entry !== undefined) {
    const sourceBundle = join(dirname(entry), '../llama/gitRelease.bundle')
    return { entry, sourceBundle, resolve: (name) => createRequire(entry).resolve(name) }
  }
  throw new EngineError('INFERENCE_PLATFORM_UNSUPPORTED', 'llama.cpp is not installed', {
    expected: `node-llama-cpp ${BINDING_VERSION}`,
    actual: 'nothing',
    hint: `Run \`poai engine install-llama\`, or \`npm install node-llama-cpp@${BINDING_VERSION}\` beside poai. Networks of domain portable-1 do without.`,
  })
}

function besideTheProgram(): string | undefined {
  try {
    return fileURLToPath(import.meta.resolve('node-llama-cpp'))
  } catch {
    return undefined
  }
}

/** A library that was just compiled is tested in a folder inside the cache, so the folder above counts too. */
function inCache(cacheDirectory: string): string | undefined {
  const places = [cacheDirectory, dirname(cacheDirectory)].map((folder) => join(llamaFolder(folder), ENTRY))
  return places.find((place) => existsSync(place))
}
