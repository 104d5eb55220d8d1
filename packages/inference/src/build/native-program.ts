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

/** Files of a program's folder. */
export const PROGRAM_FILE: string = process.platform === 'win32' ? 'poai-engine.exe' : 'poai-engine'
export const RECORD_FILE = 'record.json'

/** The folder in a cache that the program belongs in: by the hash of all that it is made of, so no change is ever mixed up. */
export async function programFolder(cacheDirectory: string): Promise<string> {
  const hash = createHash('sha256')
  for (const file of (await readdir(ENGINE_FOLDER)).sort()) {
    hash
      .update(file)
      .update('\0')
      .update(await readFile(join(ENGINE_FOLDER, file)))
      .update('\0')
  }
  hash.update(JSON.stringify([PROGRAM_FLAGS, process.platform, process.arch]))
  return join(cacheDirectory, `program-${process.platform}-${process.arch}-${hash.digest('hex').slice(0, 16)}`)
}

/** The program in that cache, if it was built there and is as it was built. */
export async function findNativeProgram(cacheDirectory: string): Promise<NativeProgram | undefined> {
  return await readProgram(await programFolder(cacheDirectory))
}

/** The program in its folder, if it is as it was built. */
export async function readProgram(folder: string): Promise<NativeProgram | undefined> {
  const record = await readBuildRecord(join(folder, RECORD_FILE))
  const file = join(folder, PROGRAM_FILE)
  if (record === undefined) return undefined
  const sha256 = await hashBuilt(file).catch(() => undefined)
  return sha256 === record.sha256 ? { file, ...record } : undefined
}

/** The instruction sets that a program holds and this processor can run, the fastest first. */
export async function nativeVariants({ file }: Pick<NativeProgram, 'file'>): Promise<readonly string[]> {
  const { stdout } = await runProgram(file, ['--variants'])
  return stdout.split('\n').filter((name) => name !== '')
}
