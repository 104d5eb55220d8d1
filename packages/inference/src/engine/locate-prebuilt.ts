import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EngineError } from './engine-error.ts'
import type { PrebuiltLlamaBuild } from './llama-build.ts'

/** Package of prebuilt binaries by `process.platform`-`process.arch`, and how its CPU modules are called. */
const PLATFORM_PACKAGES: Readonly<
  Record<string, { readonly name: string; readonly module: (variant: string) => string }>
> = {
  'linux-x64': { name: 'linux-x64', module: (variant) => `libggml-cpu-${variant}.so` },
  'linux-arm64': { name: 'linux-arm64', module: (variant) => `libggml-cpu-${variant}.so` },
  'darwin-x64': { name: 'mac-x64', module: (variant) => `libggml-cpu-${variant}.so` },
  'darwin-arm64': { name: 'mac-arm64-metal', module: (variant) => `libggml-cpu-${variant}.so` },
  'win32-x64': { name: 'win-x64', module: (variant) => `ggml-cpu-${variant}.dll` },
  'win32-arm64': { name: 'win-arm64', module: (variant) => `ggml-cpu-${variant}.dll` },
}

/** Where a prebuilt package keeps what we need of it. */
export interface PrebuiltFiles {
  readonly addonPath: string
  /** The wanted CPU module, beside all the others. */
  readonly modulePath: string
}

/**
 * Finds the files of `build` through Node's own resolution, starting at node-llama-cpp, so that what we load is what
 * the binding loads. Throws `INFERENCE_PLATFORM_UNSUPPORTED` where there is none, or another version.
 */
export async function locatePrebuilt(build: PrebuiltLlamaBuild): Promise<PrebuiltFiles> {
  const platform = `${process.platform}-${process.arch}`
  const platformPackage = PLATFORM_PACKAGES[platform]
  if (platformPackage === undefined) {
    throw unsupported(
      'There is no prebuilt llama.cpp for this platform',
      Object.keys(PLATFORM_PACKAGES).join(', '),
      platform,
    )
  }
  const root = packageRoot(`@node-llama-cpp/${platformPackage.name}`)
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { readonly version?: unknown }
  if (manifest.version !== build.version) {
    throw unsupported('Another version of llama.cpp is installed', build.version, String(manifest.version))
  }
  const binaries = join(root, 'bins', platformPackage.name)
  return {
    addonPath: join(binaries, 'llama-addon.node'),
    modulePath: join(binaries, platformPackage.module(build.variant)),
  }
}

/** Folder of the platform package: up from its entry point to the folder above `dist`. */
function packageRoot(name: string): string {
  const fromBinding = createRequire(fileURLToPath(import.meta.resolve('node-llama-cpp')))
  try {
    const dist = dirname(fromBinding.resolve(name))
    return basename(dist) === 'dist' ? dirname(dist) : dist
  } catch (cause) {
    throw unsupported(`The package ${name} is not installed`, name, 'nothing', cause)
  }
}

function unsupported(message: string, expected: string, actual: string, cause?: unknown): EngineError {
  return new EngineError('INFERENCE_PLATFORM_UNSUPPORTED', message, {
    expected,
    actual,
    hint: 'Run the node on Linux x86-64 with glibc and a CPU that has AVX2, and install with `npm ci`.',
    cause,
  })
}
