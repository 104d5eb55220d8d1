import { readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { EngineError } from './engine-error.ts'
import type { LocatedBuild } from './llama-build.ts'
import { mappedModules } from './mapped-modules.ts'

/** The part of the native addon that loads CPU modules. */
interface BackendLoader {
  loadBackends(directory: string): void
  /** Undefined while no module at all is loaded. */
  getGpuType(): string | false | undefined
}

/**
 * Loads the build's CPU module into this process, before node-llama-cpp gets to choose one by itself: it finds a CPU
 * backend there and loads no other. Must run before the first `getLlama()` of the process.
 *
 * A CPU that cannot run the module makes llama.cpp skip it silently, and the binding would then load another variant
 * with other bits: that is an error here.
 */
export function loadPinnedBackend(build: LocatedBuild): void {
  const addon = createRequire(import.meta.url)(build.addonPath) as BackendLoader
  addon.loadBackends(build.backendDirectory)
  if (addon.getGpuType() === undefined) {
    throw new EngineError('INFERENCE_PLATFORM_UNSUPPORTED', 'This CPU cannot run the pinned llama.cpp variant', {
      expected: build.backendFile,
      actual: 'llama.cpp skipped the module',
      hint: 'The network needs a CPU with the features of that variant (AVX2, FMA and F16C for haswell).',
    })
  }
  checkLoadedModules(build)
}

/**
 * Throws unless the build's CPU module is the only one mapped into this process. Call it again once the binding is up.
 * The kernel's list is the witness; systems without one rely on the recorded vectors alone.
 */
export function checkLoadedModules(build: LocatedBuild): void {
  if (process.platform !== 'linux') return
  const modules = mappedModules(readFileSync('/proc/self/maps', 'utf8'))
  const [only, ...others] = modules
  if (others.length === 0 && only === realpathSync(build.backendFile)) return
  throw new EngineError(
    'INFERENCE_PLATFORM_UNSUPPORTED',
    'Another CPU module of llama.cpp is loaded than the pinned one',
    {
      expected: build.backendFile,
      actual: modules.join(', ') || 'none',
    },
  )
}
