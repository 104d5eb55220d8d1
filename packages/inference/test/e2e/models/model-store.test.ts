import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  appendFile,
  copyFile,
  lstat,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWordStream } from '../../../src/gguf/seeded-words.ts'
import { SMALL_SYNTHETIC_LLAMA, writeSyntheticLlama } from '../../../src/gguf/synthetic-llama.ts'
import { importModel } from '../../../src/models/import-model.ts'
import { listModels } from '../../../src/models/list-models.ts'
import { ModelError } from '../../../src/models/model-error.ts'
import { withModelLock } from '../../../src/models/model-lock.ts'
import type { ManifestModel } from '../../../src/models/model-manifest.ts'
import type { ModelStore } from '../../../src/models/model-store.ts'
import { pullModel } from '../../../src/models/pull-model.ts'
import { resolveModel, verifyModel } from '../../../src/models/resolve-model.ts'
import type { Behaviour, ModelServer } from './model-server.ts'
import { startModelServer } from './model-server.ts'

/** Kills of a pull before it may end. */
const KILLS = 12

/** The wall clock as it will be when a file of now has settled. */
const later = (): number => Date.now() + 60_000

let directory: string
let original: string
let bytes: Buffer
let sha256: string
let server: ModelServer
let store: ModelStore

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'poai-store-'))
  original = join(directory, 'original.gguf')
  ;({ sha256 } = await writeSyntheticLlama(original, { ...SMALL_SYNTHETIC_LLAMA, format: 'F32' }))
  bytes = await readFile(original)
  server = await startModelServer(bytes)
  store = storeOf({ sha256 })
})

afterEach(async () => {
  await server.close()
  await rm(directory, { recursive: true })
})

function storeOf(change: Partial<ManifestModel>): ModelStore {
  const model: ManifestModel = {
    name: 'model',
    file: 'model.gguf',
    sha256: null,
    sizeBytes: bytes.length,
    sources: [server.url],
    license: 'CC0-1.0',
    exam: { format: 1, vocabulary: 'byte' },
    architecture: {
      family: 'llama',
      parameters: '',
      layers: 4,
      width: 64,
      vocabularySize: 259,
      contextLength: 512,
      quantization: 'F32',
    },
    ...change,
  }
  return { directory: join(directory, 'store'), manifest: { models: [model] } }
}

async function failure(run: Promise<unknown>): Promise<ModelError> {
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof ModelError) return error
  return expect.fail(`no ModelError but ${String(error)}`)
}

describe('pullModel', () => {
  it('fetches a model once, and knows it afterwards', async () => {
    const pulled = await pullModel(store, 'model')
    expect(pulled).toMatchObject({
      name: 'model',
      sha256,
      sizeBytes: bytes.length,
      description: { architecture: 'llama', layers: 4 },
    })
    expect(await pullModel(store, 'model')).toEqual(pulled)
    expect(server.ranges).toEqual([''])
    expect(await listModels(store)).toMatchObject([
      { name: 'model', state: 'verified', storedBytes: bytes.length, sha256 },
    ])
    expect((await readdir(store.directory)).toSorted()).toEqual(['model.gguf', 'model.json'])
  })

  it('does not fetch a model that nothing is pinned to, unless the user names its hash', async () => {
    store = storeOf({ sha256: null })
    expect((await failure(pullModel(store, 'model'))).code).toBe('MODEL_NOT_PINNED')
    expect((await failure(pullModel(store, 'model', { sha256: 'no hash' }))).code).toBe('MODEL_NOT_PINNED')
    expect(server.ranges).toEqual([])
    await pullModel(store, 'model', { sha256 })
    expect((await resolveModel(store, 'model')).sha256).toBe(sha256)
    const error = await failure(pullModel(store, 'model', { sha256: 'b'.repeat(64) }))
    expect(error).toMatchObject({ code: 'MODEL_HASH_MISMATCH', expected: sha256 })
  })

  it('says so where the store cannot be written', async () => {
    await writeFile(store.directory, 'a file in place of the directory')
    expect((await failure(pullModel(store, 'model'))).code).toBe('MODEL_STORE_FAILED')
    expect(server.ranges).toEqual([])
  })

  it('refuses a name without sources', async () => {
    expect((await failure(pullModel(store, 'other'))).code).toBe('MODEL_UNKNOWN')
  })

  it('lets two pulls of one model take turns', async () => {
    const waits: string[] = []
    const [first, second] = await Promise.all([
      pullModel(store, 'model', { onWait: () => waits.push('first') }),
      pullModel(store, 'model', { onWait: () => waits.push('second') }),
    ])
    expect(first).toEqual(second)
    expect(server.ranges).toEqual([''])
    expect(waits.length).toBeGreaterThan(0)
  })

  it('lets two processes that pull one model take turns', async () => {
    const children = [startPull(), startPull()]
    expect(await Promise.all(children.map((child) => once(child, 'exit')))).toEqual([
      [0, null],
      [0, null],
    ])
    expect(server.ranges).toEqual([''])
    expect((await verifyModel(store, 'model')).sha256).toBe(sha256)
  })

  it(`survives ${KILLS} kills at random moments and then has the right file`, async () => {
    const fill = createWordStream(9, 0)
    const words = new Uint32Array(KILLS)
    fill(words)
    for (const word of words) {
      const child = startPull()
      const dead = once(child, 'exit')
      server.script.push(feed(child, 1 + (word % 25)))
      await dead
      server.script.length = 0
      await expectAbsentOrRight()
    }
    const resumed = server.ranges.map((range) => Number(/\d+/.exec(range)?.[0] ?? 0))
    expect(resumed).toEqual(resumed.toSorted((a, b) => a - b))
    expect(new Set(resumed).size, 'pulls that went on where another was killed').toBeGreaterThan(KILLS / 3)

    const child = startPull()
    expect(await once(child, 'exit')).toEqual([0, null])
    expect((await verifyModel(store, 'model')).sha256).toBe(sha256)
    expect((await readdir(store.directory)).filter((entry) => /part|lock/.test(entry))).toEqual([])
  })
})

/**
 * Sends the file from where it was asked for, 8 KB whenever the child reports bytes, and kills the child at work on the
 * bytes after report number `reports`; or, if the file ends before, at its check or renaming.
 */
function feed(child: ChildProcess, reports: number): Behaviour {
  return (request, response, file) => {
    let sent = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const headers = { 'content-length': file.length - sent }
    const range = `bytes ${sent}-${file.length - 1}/${file.length}`
    response.writeHead(sent === 0 ? 200 : 206, sent === 0 ? headers : { ...headers, 'content-range': range })
    const send = (): void => {
      response.write(file.subarray(sent, sent + 8192))
      sent += 8192
    }
    let left = reports
    child.on('message', (bytes) => {
      send()
      left -= 1
      if (left === 0 || bytes === file.length) child.kill('SIGKILL')
    })
    send()
  }
}

function startPull(): ChildProcess {
  const argv = [store.directory, server.url, sha256, `${bytes.length}`]
  return fork(join(import.meta.dirname, 'pull-child.ts'), argv, {
    execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
  })
}

/** A file that has its name is whole, whenever the process that wrote it was killed. */
async function expectAbsentOrRight(): Promise<void> {
  const found = await readFile(join(store.directory, 'model.gguf')).catch(() => undefined)
  if (found !== undefined) expect(createHash('sha256').update(found).digest('hex')).toBe(sha256)
}

describe('resolveModel', () => {
  /** Bytes that were read to hash the file. */
  async function hashedBytes(nowMs: () => number = later): Promise<number> {
    let hashed = 0
    await resolveModel(store, 'model', { nowMs, onProgress: (read) => (hashed = read) })
    return hashed
  }

  it('hashes a file once, and again after any change of it', async () => {
    await pullModel(store, 'model')
    const path = join(store.directory, 'model.gguf')
    expect(await hashedBytes()).toBe(bytes.length)
    expect(await hashedBytes()).toBe(0)

    const { atime, mtime } = await stat(path)
    await utimes(path, atime, mtime)
    expect(await hashedBytes(), 'same times set again').toBe(bytes.length)
    await copyFile(path, `${path}.copy`)
    await rename(`${path}.copy`, path)
    expect(await hashedBytes(), 'replaced by an equal file').toBe(bytes.length)
    expect(await hashedBytes()).toBe(0)
  })

  it('trusts no stamp of a file that changed a moment ago', async () => {
    await pullModel(store, 'model')
    expect(await hashedBytes(Date.now)).toBe(bytes.length)
    expect(await hashedBytes(Date.now)).toBe(bytes.length)
  })

  it('finds one changed byte though size and modification time are as before', async () => {
    await pullModel(store, 'model')
    await hashedBytes()
    const path = join(store.directory, 'model.gguf')
    const { atime, mtime } = await stat(path)
    const file = await open(path, 'r+')
    await file.write(Buffer.of(0xff), 0, 1, bytes.length - 100)
    await file.close()
    await utimes(path, atime, mtime)
    expect((await listModels(store))[0]?.state).toBe('unverified')
    const error = await failure(resolveModel(store, 'model', { nowMs: later }))
    expect(error).toMatchObject({ code: 'MODEL_HASH_MISMATCH', expected: sha256 })
  })

  it('does not believe a record with another hash, nor a damaged one', async () => {
    await pullModel(store, 'model')
    await hashedBytes()
    const record = join(store.directory, 'model.json')
    const text = await readFile(record, 'utf8')
    await writeFile(record, text.replace(sha256, 'c'.repeat(64)))
    expect(await hashedBytes()).toBe(bytes.length)
    await writeFile(record, text.slice(0, 50))
    expect(await hashedBytes()).toBe(bytes.length)
  })

  it('says what is missing and what to do', async () => {
    expect(await failure(resolveModel(store, 'model'))).toMatchObject({
      code: 'MODEL_MISSING',
      hint: expect.stringContaining('pull'),
    })
    expect(await failure(resolveModel(store, 'nobody'))).toMatchObject({ code: 'MODEL_UNKNOWN' })
    expect(await failure(resolveModel(store, '../model'))).toMatchObject({ code: 'MODEL_UNKNOWN' })
    expect(await failure(resolveModel(storeOf({ sha256: null }), 'model'))).toMatchObject({ code: 'MODEL_NOT_PINNED' })
  })

  it('checks an embedded model each time and writes nothing for it', async () => {
    store = storeOf({ sha256, embedded: original, sources: [] })
    expect(await pullModel(store, 'model')).toMatchObject({ path: original, sha256 })
    expect(await hashedBytes()).toBe(bytes.length)
    expect(await listModels(store)).toMatchObject([{ state: 'embedded' }])
    await expect(readdir(store.directory)).rejects.toThrow('ENOENT')
    await appendFile(original, 'x')
    expect((await failure(resolveModel(store, 'model'))).code).toBe('MODEL_HASH_MISMATCH')
  })
})

describe('importModel', () => {
  it.each(['copy', 'link'] as const)('takes in a pinned model by %s', async (mode) => {
    const imported = await importModel(store, { path: original, name: 'model', mode })
    expect(imported).toMatchObject({ name: 'model', sha256 })
    expect((await lstat(imported.path)).isSymbolicLink()).toBe(mode === 'link')
    expect(await resolveModel(store, 'model')).toEqual(imported)
  })

  it('takes in a model of the user only with a hash or a confirmation', async () => {
    const source = { path: original, name: 'mine', mode: 'copy' } as const
    expect(await failure(importModel(store, source))).toMatchObject({ code: 'MODEL_NOT_PINNED', actual: sha256 })
    expect((await failure(importModel(store, { ...source, confirm: async () => false }))).code).toBe('MODEL_NOT_PINNED')
    expect(await failure(importModel(store, { ...source, sha256: 'd'.repeat(64) }))).toMatchObject({
      code: 'MODEL_HASH_MISMATCH',
      actual: sha256,
    })
    expect(await readdir(store.directory)).toEqual([])

    await importModel(store, { ...source, confirm: async (identity) => identity.sha256 === sha256 })
    expect((await resolveModel(store, 'mine')).sha256).toBe(sha256)
    expect((await listModels(store)).map(({ name, state }) => [name, state])).toEqual([
      ['model', 'missing'],
      ['mine', 'verified'],
    ])
  })

  it('is named after the file, and does not take the place of another', async () => {
    expect((await importModel(store, { path: original, mode: 'copy', sha256 })).name).toBe('original')
    const changed = join(directory, 'changed.gguf')
    const { sha256: other } = await writeSyntheticLlama(changed, { ...SMALL_SYNTHETIC_LLAMA, seed: 2 })
    const error = await failure(importModel(store, { path: changed, name: 'original', mode: 'copy', sha256: other }))
    expect(error).toMatchObject({ code: 'MODEL_HASH_MISMATCH', expected: sha256, actual: other })
    expect(
      (await failure(importModel(store, { path: changed, name: 'model', mode: 'copy', sha256: other }))).code,
    ).toBe('MODEL_HASH_MISMATCH')
    expect(
      (
        await failure(
          importModel(storeOf({ file: 'x.gguf' }), { path: changed, name: 'x', mode: 'copy', sha256: other }),
        )
      ).code,
    ).toBe('MODEL_NAME_TAKEN')
  })

  it('refuses what is no whole model, and leaves nothing', async () => {
    const trust = async (): Promise<boolean> => true
    expect(
      (await failure(importModel(store, { path: join(directory, 'absent.gguf'), mode: 'copy', confirm: trust }))).code,
    ).toBe('MODEL_MISSING')
    expect(
      (await failure(importModel(store, { path: directory, name: 'folder', mode: 'copy', confirm: trust }))).code,
    ).toBe('MODEL_STORE_FAILED')
    const broken = join(directory, 'broken.gguf')
    await writeFile(broken, bytes.subarray(0, bytes.length - 1_000))
    expect((await failure(importModel(store, { path: broken, mode: 'copy', confirm: trust }))).code).toBe(
      'MODEL_TRUNCATED',
    )
    await writeFile(broken, '<html>')
    expect((await failure(importModel(store, { path: broken, mode: 'copy', confirm: async () => true }))).code).toBe(
      'MODEL_NOT_GGUF',
    )
    expect(await readdir(store.directory)).toEqual([])
  })
})

describe('withModelLock', () => {
  const busy = (): Promise<ModelError> =>
    failure(withModelLock(store, 'model', { waitMs: 0, work: async () => undefined }))

  it('keeps a second one out until the first is done', async () => {
    await withModelLock(store, 'model', {
      waitMs: 0,
      work: async () => {
        expect((await busy()).code).toBe('MODEL_BUSY')
        await withModelLock(store, 'other', { waitMs: 0, work: async () => undefined })
      },
    })
    await withModelLock(store, 'model', { waitMs: 0, work: async () => undefined })
    expect(await readdir(store.directory)).toEqual([])
  })

  it('lets one of many in at a time', async () => {
    let inside = 0
    let most = 0
    const work = async (): Promise<void> => {
      inside += 1
      most = Math.max(most, inside)
      await readdir(store.directory)
      inside -= 1
    }
    await Promise.all(Array.from({ length: 8 }, () => withModelLock(store, 'model', { waitMs: 60_000, work })))
    expect(most).toBe(1)
  })

  it('is not held up by the lock of a dead process, of a later process with its number, or of a silent machine', async () => {
    await withModelLock(store, 'model', { waitMs: 0, work: async () => undefined })
    const child = fork(join(import.meta.dirname, 'pull-child.ts'), [], { silent: true })
    const pid = child.pid ?? 0
    child.kill('SIGKILL')
    await once(child, 'exit')
    const lock = join(store.directory, 'model.lock.1.x')
    for (const owner of [
      { host: hostname(), pid, started: '1' },
      { host: hostname(), pid: process.pid, started: '1' },
    ]) {
      await writeFile(lock, JSON.stringify(owner))
      await withModelLock(store, 'model', { waitMs: 0, work: async () => undefined })
      expect(await readdir(store.directory)).toEqual([])
    }
    await writeFile(lock, JSON.stringify({ host: 'elsewhere', pid: 1, started: '1' }))
    expect((await busy()).code).toBe('MODEL_BUSY')
    const longAgo = new Date(Date.now() - 3_600_000)
    await utimes(lock, longAgo, longAgo)
    await withModelLock(store, 'model', { waitMs: 0, work: async () => undefined })
  })
})
