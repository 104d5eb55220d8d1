import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BuildRecord, hashBuilt, readBuildRecord } from './build-record.ts'
import { ENGINE_FOLDER, PROGRAM_FLAGS } from './engine-recipe.ts'
import { runProgram } from './run-program.ts'

/** The engine as a program of this machine. */
export interface NativeProgram extends BuildRecord {
  /** The executable. */
  readonly file: string
}

/** What a program is built for, as Node names it. */
export type Machine = Pick<NodeJS.Process, 'platform' | 'arch'>

/** The executable in a program's folder. */
export function programFile({ platform }: Pick<Machine, 'platform'> = process): string {
  return platform === 'win32' ? 'poai-engine.exe' : 'poai-engine'
}

/** What was built, in a program's folder. */
export const RECORD_FILE = 'record.json'

/**
 * The folder in a cache that the program belongs in: named by the hash of everything it is made of, so versions are
 * never mixed up.
 */
export async function programFolder(cacheDirectory: string, { platform, arch }: Machine = process): Promise<string> {
  const hash = createHash('sha256')
  for (const file of (await readdir(ENGINE_FOLDER)).sort()) {
    hash
      .update(file)
      .update('\0')
      .update(await readFile(join(ENGINE_FOLDER, file)))
      .update('\0')
  }
  hash.update(JSON.stringify([PROGRAM_FLAGS, platform, arch]))
  return join(cacheDirectory, `program-${platform}-${arch}-${hash.digest('hex').slice(0, 16)}`)
}

/** The program in that cache, if it was built there and has not changed since. */
export async function findNativeProgram(cacheDirectory: string): Promise<NativeProgram | undefined> {
  return await readProgram(await programFolder(cacheDirectory))
}

/** The program in its folder, if it has not changed since it was built. */
export async function readProgram(folder: string): Promise<NativeProgram | undefined> {
  const record = await readBuildRecord(join(folder, RECORD_FILE))
  const file = join(folder, programFile())
  if (record === undefined) return undefined
  const sha256 = await hashBuilt(file).catch(() => undefined)
  return sha256 === record.sha256 ? { file, ...record } : undefined
}

/** The instruction sets that a program supports and this processor can run, the fastest first. */
export async function nativeVariants({ file }: Pick<NativeProgram, 'file'>): Promise<readonly string[]> {
  const { stdout } = await runProgram(file, ['--variants'])
  return stdout.split('\n').filter((name) => name !== '')
}
