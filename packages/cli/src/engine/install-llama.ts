import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { AppError } from '@poai/core'
import { BINDING_VERSION, llamaFolder, locateBinaries, prebuiltPackage } from '@poai/inference'
import { type RunNpm, runNpm } from './run-npm.ts'

export interface InstallLlamaOptions {
  /** The engine's cache; llama.cpp gets a folder of its own in it. */
  readonly cacheDirectory: string
  /** Installs even if it is installed already. */
  readonly again: boolean
  readonly signal: AbortSignal
}

/** Where llama.cpp is installed. */
export interface InstalledLlama {
  readonly version: string
  /** The module of node-llama-cpp. */
  readonly entry: string
  /** Its native files for this platform. */
  readonly binaries: string
  readonly isNew: boolean
}

/**
 * Leaves out the optional packages: those for graphics cards take 610 MB, and no domain computes on one. The package of
 * this platform is named instead. No install script is needed.
 */
const INSTALL_ARGUMENTS = [
  ...['install', '--ignore-scripts', '--omit=optional', '--omit=peer', '--no-package-lock'],
  ...['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'],
] as const

/** How much of npm's output an error shows. */
const MAX_REASON_LENGTH = 600

/** Installs node-llama-cpp into the cache with npm, unless it is there: whole or not at all, by renaming a folder. */
export async function installLlama(
  { cacheDirectory, again, signal }: InstallLlamaOptions,
  npm: RunNpm = runNpm,
): Promise<InstalledLlama> {
  const existing = again ? undefined : await locateBinaries({ cacheDirectory }).catch(() => undefined)
  if (existing !== undefined) return { version: BINDING_VERSION, ...existing, isNew: false }
  const folder = llamaFolder(cacheDirectory)
  const draft = `${folder}.${randomUUID()}`
  await mkdir(draft, { recursive: true, mode: 0o700 })
  try {
    await writeFile(`${draft}/package.json`, manifest())
    const { code, output } = await npm(INSTALL_ARGUMENTS, draft, signal)
    if (code !== 0) throw failure(code, output)
    await rm(folder, { recursive: true, force: true })
    await rename(draft, folder)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return { version: BINDING_VERSION, ...(await locateBinaries({ cacheDirectory })), isNew: true }
}

function manifest(): string {
  const dependencies = { 'node-llama-cpp': BINDING_VERSION, [prebuiltPackage()]: BINDING_VERSION }
  return JSON.stringify({ name: 'poai-llama', private: true, dependencies })
}

function failure(code: number | undefined, output: string): AppError {
  return new AppError('CLI_LLAMA_NOT_INSTALLED', `npm could not install node-llama-cpp ${BINDING_VERSION}`, {
    actual: code === undefined ? 'npm is not on the path' : output.slice(-MAX_REASON_LENGTH),
    hint:
      code === undefined
        ? 'install npm, which comes with Node'
        : 'check that the npm registry is reachable; domain portable-1 works without llama.cpp',
  })
}
