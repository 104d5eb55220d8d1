import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { AppError } from '@poai/core'
import { BINDING_VERSION, llamaFolder, locateBinaries, prebuiltPackage } from '@poai/inference'
import { type RunNpm, runNpm } from './run-npm.ts'

export interface InstallLlamaOptions {
  /** Of the engine: it goes into a folder of its own in there. */
  readonly cacheDirectory: string
  /** Installs it although it is there. */
  readonly again: boolean
  readonly signal: AbortSignal
}

/** Where llama.cpp is now. */
export interface InstalledLlama {
  readonly version: string
  /** The module of node-llama-cpp. */
  readonly entry: string
  /** Its native files for this platform. */
  readonly binaries: string
  readonly isNew: boolean
}

/**
 * Without its optional packages: those for graphics cards have 610 MB, and no domain computes with one. The package of
 * this platform is asked for by name instead. No install script is needed.
 */
const INSTALL_ARGUMENTS = [
  ...['install', '--ignore-scripts', '--omit=optional', '--omit=peer', '--no-package-lock'],
  ...['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'],
] as const

/** Of what npm says when it fails. */
const MAX_REASON_LENGTH = 600

/**
 * Installs node-llama-cpp into the cache by npm, unless it is there. Whole or not at all: a folder beside is renamed at
 * the end.
 */
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
        : 'is the registry of npm reachable? The engine of portable-1 works without',
  })
}
