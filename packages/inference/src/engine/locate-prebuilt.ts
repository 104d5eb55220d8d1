import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { EngineError } from './engine-error.ts'
import { BINDING_VERSION, findLlamaBinding, type LlamaBinding } from './llama-binding.ts'
import type { PrebuiltLlamaBuild } from './llama-build.ts'

/** The package of prebuilt binaries, and the names of its CPU modules. */
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

/** Where a prebuilt package keeps the files that we need. */
export interface PrebuiltFiles extends BindingBinaries {
  /** The wanted CPU module, next to all the others. */
  readonly modulePath: string
}

/** The folder of the binding's native files, and its addon in it. */
export interface BindingBinaries {
  readonly binaries: string
  readonly addonPath: string
  /** The binding's own module. */
  readonly entry: string
}

/** What to look for, and where. */
export interface LocateOptions {
  /** Default: `BINDING_VERSION`. */
  readonly version?: string
  /** Of the engine: `poai engine install-llama` puts the binding into it. */
  readonly cacheDirectory?: string | undefined
}

/**
 * Finds the files of `build` through Node's own resolution, starting at node-llama-cpp, so that what we load is what
 * the binding loads. Throws `INFERENCE_PLATFORM_UNSUPPORTED` if they are missing or of another version.
 */
export async function locatePrebuilt(
  { version, variant }: PrebuiltLlamaBuild,
  cacheDirectory?: string,
): Promise<PrebuiltFiles> {
  const found = await locateBinaries({ version, cacheDirectory })
  return { ...found, modulePath: join(found.binaries, platformPackage().module(variant)) }
}

/** The same for the files that all variants share. */
export async function locateBinaries(options: LocateOptions = {}): Promise<BindingBinaries> {
  const { version = BINDING_VERSION, cacheDirectory } = options
  const { name } = platformPackage()
  const binding = findLlamaBinding(cacheDirectory)
  const root = packageRoot(binding, prebuiltPackage())
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { readonly version?: unknown }
  if (manifest.version !== version) {
    throw unsupported('Another version of llama.cpp is installed', version, String(manifest.version))
  }
  const binaries = join(root, 'bins', name)
  return { binaries, addonPath: join(binaries, 'llama-addon.node'), entry: binding.entry }
}

/** Name of the package that holds the binding's native files for this platform. */
export function prebuiltPackage(): string {
  return `@node-llama-cpp/${platformPackage().name}`
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
function packageRoot(binding: LlamaBinding, name: string): string {
  try {
    const dist = dirname(binding.resolve(name))
    return basename(dist) === 'dist' ? dirname(dist) : dist
  } catch (cause) {
    throw unsupported(`The package ${name} is not installed`, name, 'nothing', cause)
  }
}

function unsupported(message: string, expected: string, actual: string, cause?: unknown): EngineError {
  return new EngineError('INFERENCE_PLATFORM_UNSUPPORTED', message, {
    expected,
    actual,
    hint: 'Run the node on Linux x86-64 with glibc and a CPU that has AVX2, and install with `poai engine install-llama`.',
    cause,
  })
}
