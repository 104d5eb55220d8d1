import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { toHash32 } from '@poai/core'
import { expect, onTestFinished, test } from 'vitest'
import { type DatabaseOptions, type Migration, openDatabase, putMeta, readGenesisHash } from '../../src/index.ts'
import { keyOf } from '../../src/keys.ts'
import { LAYOUT_VERSION } from '../../src/layout.ts'
import { MODEL_NETWORK } from '../support/model-chain.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const OPTIONS: DatabaseOptions = { genesisHash: MODEL_NETWORK }

/** A database with so many commits in its log. */
async function filled(directory: string, commits: number): Promise<void> {
  const { committer, close } = await openDatabase(directory, OPTIONS)
  for (let i = 0; i < commits; i++) {
    const batch = committer.begin()
    putMeta(batch, `record ${i}`, new Uint8Array(200).fill(i))
    await committer.commit(batch, { sync: false })
  }
  await close()
}

async function levelFile(directory: string, pattern: RegExp): Promise<string> {
  const folder = join(directory, 'leveldb')
  const name = (await readdir(folder))
    .filter((candidate) => pattern.test(candidate))
    .sort()
    .at(-1)
  return join(folder, name ?? 'none')
}

test('what was committed is there after it is opened again, in a directory with any name', async () => {
  const directory = join(await temporaryFolder(), 'däta dir', 'deep')
  await filled(directory, 3)
  const { store, close } = await openDatabase(directory, OPTIONS)
  expect(store.getSync(keyOf('meta', new TextEncoder().encode('record 2')))).toEqual(new Uint8Array(200).fill(2))
  await Promise.all([close(), close()])
  expect(() => store.getSync(keyOf('head'))).toThrowError(expect.objectContaining({ code: 'STORAGE_CLOSED' }))
  expect(await readdir(directory)).toEqual(['leveldb'])
})

test('a second process is told which one has it open', async () => {
  const directory = await temporaryFolder()
  const script = join(import.meta.dirname, '../support/hold-database.ts')
  const holder = spawn(process.execPath, ['--conditions=source', script, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  const opening = openDatabase(directory, OPTIONS)
  await expect(opening).rejects.toMatchObject({
    code: 'STORAGE_LOCKED',
    actual: expect.stringMatching(new RegExp(`^process ${holder.pid} on .* since .*hold-database`)),
  })
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  const { close } = await openDatabase(directory, OPTIONS)
  await close()
})

test('the same process cannot open it twice either', async () => {
  const directory = await temporaryFolder()
  const { close } = await openDatabase(directory, OPTIONS)
  const actual = expect.stringContaining(`process ${process.pid}`)
  await expect(openDatabase(directory, OPTIONS)).rejects.toMatchObject({ code: 'STORAGE_LOCKED', actual })
  await close()
})

test('another network’s database is refused, and left alone', async () => {
  const directory = await temporaryFolder()
  await filled(directory, 1)
  const other = toHash32(new Uint8Array(32).fill(9))
  await expect(openDatabase(directory, { genesisHash: other })).rejects.toMatchObject({ code: 'STORAGE_WRONG_NETWORK' })
  const { close } = await openDatabase(directory, OPTIONS)
  await close()
})

test('a newer version is refused', async () => {
  const directory = await temporaryFolder()
  const layout = { version: LAYOUT_VERSION + 1, migrations: [] }
  await (await openDatabase(directory, { ...OPTIONS, layout })).close()
  await expect(openDatabase(directory, OPTIONS)).rejects.toMatchObject({
    code: 'STORAGE_VERSION_NEWER',
    actual: `version ${LAYOUT_VERSION + 1}`,
  })
})

/** Renames a record; `interrupted` fails once in its middle. */
function renaming(to: number, names: readonly [from: string, to: string], interrupted = false): Migration {
  let fails = interrupted
  const [from, next] = names.map((name) => keyOf('meta', new TextEncoder().encode(name))) as [Uint8Array, Uint8Array]
  return {
    to,
    summary: `rename ${names[0]}`,
    steps: async function* (store) {
      const value = store.getSync(from)
      if (value !== undefined) yield [{ key: next, value }]
      if (fails) {
        fails = false
        throw new Error('killed here')
      }
      yield [{ key: from, value: undefined }]
    },
  }
}

test('older versions are migrated step by step, and again after an interruption', async () => {
  const directory = await temporaryFolder()
  await filled(directory, 1)
  const migrations = [renaming(2, ['record 0', 'second']), renaming(3, ['second', 'third'], true)]
  const layout = { version: 3, migrations }
  await expect(openDatabase(directory, { ...OPTIONS, layout, olderVersion: 'refuse' })).rejects.toMatchObject({
    code: 'STORAGE_VERSION_OLDER',
    expected: 'version 3',
    actual: 'version 1',
  })
  await expect(openDatabase(directory, { ...OPTIONS, layout })).rejects.toThrowError('cannot open')
  const { store, close } = await openDatabase(directory, { ...OPTIONS, layout })
  const read = (name: string) => store.getSync(keyOf('meta', new TextEncoder().encode(name)))
  expect([read('record 0'), read('second'), read('third')?.length]).toEqual([undefined, undefined, 200])
  await close()
  await expect(openDatabase(directory, OPTIONS)).rejects.toMatchObject({ code: 'STORAGE_VERSION_NEWER' })
})

test('a version that no migration leads to is refused', async () => {
  const directory = await temporaryFolder()
  await filled(directory, 1)
  const layout = { version: 3, migrations: [renaming(2, ['record 0', 'second'])] }
  await expect(openDatabase(directory, { ...OPTIONS, layout })).rejects.toMatchObject({ code: 'STORAGE_VERSION_OLDER' })
})

test('one flipped bit in the log is damage, though LevelDB opens it and says nothing', async () => {
  const directory = await temporaryFolder()
  await filled(directory, 400)
  const log = await levelFile(directory, /\.log$/)
  const bytes = await readFile(log)
  bytes[40_000] = (bytes[40_000] as number) ^ 1
  await writeFile(log, bytes)
  await expect(openDatabase(directory, OPTIONS)).rejects.toMatchObject({ code: 'STORAGE_DAMAGED' })
})

test('a log that was cut off at its end opens as it was some commits before', async () => {
  const directory = await temporaryFolder()
  await filled(directory, 50)
  const log = await levelFile(directory, /\.log$/)
  const bytes = await readFile(log)
  await writeFile(log, bytes.subarray(0, bytes.length - 300))
  const { store, close } = await openDatabase(directory, OPTIONS)
  const read = (index: number) => store.getSync(keyOf('meta', new TextEncoder().encode(`record ${index}`)))
  expect([read(47) !== undefined, read(49)]).toEqual([true, undefined])
  await close()
})

test('lost or garbled beginnings are damage and not a new database', async () => {
  const directory = await temporaryFolder()
  await filled(directory, 3)
  const current = join(directory, 'leveldb', 'CURRENT')
  await copyFile(current, join(directory, 'copy'))
  await writeFile(current, 'garbage')
  await expect(openDatabase(directory, OPTIONS)).rejects.toMatchObject({ code: 'STORAGE_DAMAGED' })
  await rm(current)
  await expect(openDatabase(directory, OPTIONS)).rejects.toMatchObject({ code: 'STORAGE_DAMAGED' })
  await copyFile(join(directory, 'copy'), current)
  await rm(await levelFile(directory, /^MANIFEST/))
  await expect(openDatabase(directory, OPTIONS)).rejects.toMatchObject({
    code: expect.stringMatching(/^STORAGE_(DAMAGED|FAILED)$/),
  })
})

test('what a process leaves that was killed while it made a new database is no damage', async () => {
  const directory = await temporaryFolder()
  const level = join(directory, 'leveldb')
  await mkdir(level)
  await writeFile(join(level, 'MANIFEST-000001'), 'half')
  await writeFile(join(level, 'LOCK'), '')
  await filled(directory, 1)
  expect(await readGenesisHash(directory)).toEqual(MODEL_NETWORK)
})

test('whose chain a database holds can be asked without knowing, and creates nothing', async () => {
  const directory = await temporaryFolder()
  expect(await readGenesisHash(directory)).toBeUndefined()
  expect(await readdir(directory)).toEqual([])
  const { close } = await openDatabase(directory, OPTIONS)
  await expect(readGenesisHash(directory)).rejects.toMatchObject({ code: 'STORAGE_LOCKED' })
  await close()
  expect(await readGenesisHash(directory)).toEqual(MODEL_NETWORK)
})

test('a file in the place of the directory is a failure of the file system', async () => {
  const path = join(await temporaryFolder(), 'file')
  await writeFile(path, 'x')
  await expect(openDatabase(path, OPTIONS)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
})

test.skipIf(process.platform === 'win32')('a directory of another user is a matter of permission', async () => {
  const directory = join(await temporaryFolder(), 'locked')
  await mkdir(directory)
  await chmod(directory, process.getuid?.() === 0 ? 0o700 : 0o500)
  await chmod(join(directory, '..'), 0o755)
  const script = join(import.meta.dirname, '../support/open-unprivileged.ts')
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', script, directory])
  expect(stdout).toBe('STORAGE_NO_PERMISSION')
})
