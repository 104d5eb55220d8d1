import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EngineError } from './engine-error.ts'
import type { PrebuiltLlamaBuild } from './llama-build.ts'

/** Package of prebuilt binaries, and how its CPU modules are called. */
interface PlatformPackage {
  readonly name: string
  readonly module: (variant: string) => string
}

/** By `process.platform`-`process.arch`. */
const PLATFORM_PACKAGES: Readonly<Record<string, PlatformPackage>> = {
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

/** The folder of the binding's native files, and its addon in it. */
export interface BindingBinaries {
  readonly binaries: string
  readonly addonPath: string
}

/** The version of node-llama-cpp that all builds of this release belong to. */
export const BINDING_VERSION = '3.22.1'

/**
 * Finds the files of `build` through Node's own resolution, starting at node-llama-cpp, so that what we load is what
 * the binding loads. Throws `INFERENCE_PLATFORM_UNSUPPORTED` where there is none, or another version.
 */
export async function locatePrebuilt(build: PrebuiltLlamaBuild): Promise<PrebuiltFiles> {
  const { binaries, addonPath } = await locateBinaries(build.version)
  return { addonPath, modulePath: join(binaries, platformPackage().module(build.variant)) }
}

/** The same for the files that all variants share. */
export async function locateBinaries(version: string = BINDING_VERSION): Promise<BindingBinaries> {
  const { name } = platformPackage()
  const root = packageRoot(`@node-llama-cpp/${name}`)
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { readonly version?: unknown }
  if (manifest.version !== version) {
    throw unsupported('Another version of llama.cpp is installed', version, String(manifest.version))
  }
  const binaries = join(root, 'bins', name)
  return { binaries, addonPath: join(binaries, 'llama-addon.node') }
}

function platformPackage(): PlatformPackage {
  const platform = `${process.platform}-${process.arch}`
  const found = PLATFORM_PACKAGES[platform]
  if (found !== undefined) return found
  throw unsupported(
    'There is no prebuilt llama.cpp for this platform',
    Object.keys(PLATFORM_PACKAGES).join(', '),
    platform,
  )
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
