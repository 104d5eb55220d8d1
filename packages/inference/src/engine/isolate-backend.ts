import { createHash, randomUUID } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { findPortableLibrary, portableFolder } from '../build/portable-library.ts'
import { EngineError } from './engine-error.ts'
import type { LlamaBuild, LocatedBuild, PortableLlamaBuild, PrebuiltLlamaBuild } from './llama-build.ts'
import { locateBinaries, locatePrebuilt } from './locate-prebuilt.ts'

/**
 * Makes sure that `cacheDirectory` has a folder with the build's CPU module alone, and says where everything is.
 *
 * llama.cpp loads the best CPU module of the folder it is given, and every module computes other bits; with one module
 * in the folder there is nothing to choose. The folder is named by the module's hash, made whole by one rename, and
 * checked byte for byte before each use, so a crash, a second node or a changed file never lead to another module.
 * `cacheDirectory` must be writable by this user only: what lies in it is executed.
 */
export async function isolateBackend(build: LlamaBuild, cacheDirectory: string): Promise<LocatedBuild> {
  return build.kind === 'portable'
    ? await findLibrary(build, cacheDirectory)
    : await isolatePrebuilt(build, cacheDirectory)
}

/** A portable library has been in a folder of its own since it was built. */
async function findLibrary({ version }: PortableLlamaBuild, cacheDirectory: string): Promise<LocatedBuild> {
  const { addonPath, entry: bindingEntry } = await locateBinaries({ version, cacheDirectory })
  const library = await findPortableLibrary(cacheDirectory)
  if (library !== undefined)
    return { kind: 'portable', bindingEntry, addonPath, backendDirectory: library.folder, backendFile: library.file }
  throw new EngineError('INFERENCE_PLATFORM_UNSUPPORTED', 'llama.cpp is not built for portable-1 on this machine', {
    expected: portableFolder(cacheDirectory),
    actual: 'nothing, or not what was built',
    hint: 'Run `poai engine build --llama`: it takes about a minute and needs git and a C++ compiler.',
  })
}

async function isolatePrebuilt(build: PrebuiltLlamaBuild, cacheDirectory: string): Promise<LocatedBuild> {
  const { addonPath, entry: bindingEntry, modulePath } = await locatePrebuilt(build, cacheDirectory)
  const wanted = await hashModule(modulePath, build)
  const backendDirectory = join(cacheDirectory, `${build.variant}-${wanted.slice(0, 16)}`)
  const name = basename(modulePath)
  if (!(await holdsOnly(backendDirectory, name, wanted))) await publish(modulePath, backendDirectory)
  if (!(await holdsOnly(backendDirectory, name, wanted))) {
    throw new EngineError(
      'INFERENCE_PLATFORM_UNSUPPORTED',
      'The folder of the pinned CPU module is not as it was made',
      {
        expected: `${name} alone, SHA-256 ${wanted}`,
        actual: backendDirectory,
        hint: 'Delete that folder; it is made again at the next start.',
      },
    )
  }
  return { kind: 'prebuilt', bindingEntry, addonPath, backendDirectory, backendFile: join(backendDirectory, name) }
}

async function hashModule(path: string, build: PrebuiltLlamaBuild): Promise<string> {
  return await hashFile(path).catch((cause: unknown) => {
    throw new EngineError('INFERENCE_PLATFORM_UNSUPPORTED', `There is no CPU variant ${build.variant} in this build`, {
      expected: path,
      actual: 'no such file',
      cause,
    })
  })
}

async function hashFile(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}

async function holdsOnly(directory: string, name: string, sha256: string): Promise<boolean> {
  const entries = await readdir(directory).catch(() => [])
  return entries.length === 1 && entries[0] === name && (await hashFile(join(directory, name))) === sha256
}

/** Copies the module into a new folder and moves that to `directory`, replacing whatever was there. */
async function publish(modulePath: string, directory: string): Promise<void> {
  const draft = `${directory}.${randomUUID()}`
  await mkdir(draft, { recursive: true, mode: 0o700 })
  await copyFile(modulePath, join(draft, basename(modulePath)))
  try {
    await rename(draft, directory)
  } catch {
    // Something is there: the same folder from a faster node, or a damaged one. The caller checks which.
    await replaceDamaged(draft, directory, basename(modulePath))
  }
}

async function replaceDamaged(draft: string, directory: string, name: string): Promise<void> {
  if (await holdsOnly(directory, name, await hashFile(join(draft, name)))) {
    await rm(draft, { recursive: true, force: true })
    return
  }
  await rm(directory, { recursive: true, force: true })
  await rename(draft, directory).catch(() => rm(draft, { recursive: true, force: true }))
}
