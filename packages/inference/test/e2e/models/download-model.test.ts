import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createWordStream } from '../../../src/gguf/seeded-words.ts'
import { SMALL_SYNTHETIC_LLAMA, writeSyntheticLlama } from '../../../src/gguf/synthetic-llama.ts'
import type { DownloadOptions, DownloadProgress } from '../../../src/models/download-model.ts'
import { downloadModel, SYSTEM_DOWNLOAD_DEPENDENCIES } from '../../../src/models/download-model.ts'
import { ModelError } from '../../../src/models/model-error.ts'
import type { ModelServer } from './model-server.ts'
import { answer, cutAfter, ignoreRange, serve, stallAfter, startModelServer } from './model-server.ts'

const PATIENCE = { stallMs: 10_000, fruitlessAttempts: 3, attempts: 100, retryMs: 1 }
const HTML = '<!DOCTYPE html><title>Please log in</title>'

let model: Buffer
let other: Buffer
let directory: string
let path: string
let server: ModelServer
let mirror: ModelServer

beforeAll(async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'poai-models-'))
  const write = async (seed: number): Promise<Buffer> => {
    await writeSyntheticLlama(join(scratch, `${seed}.gguf`), { ...SMALL_SYNTHETIC_LLAMA, format: 'F32', seed })
    return await readFile(join(scratch, `${seed}.gguf`))
  }
  model = await write(1)
  other = await write(2)
  await rm(scratch, { recursive: true })
})

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'poai-download-'))
  path = join(directory, 'model.gguf')
  server = await startModelServer(model)
  mirror = await startModelServer(model)
})

afterEach(async () => {
  await Promise.all([server.close(), mirror.close()])
  await rm(directory, { recursive: true })
})

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function download(change: Partial<DownloadOptions> = {}): Promise<string> {
  const wanted = { sha256: sha256(model), sizeBytes: model.length }
  return await downloadModel({ path, sources: [server.url], patience: PATIENCE, ...wanted, ...change })
}

async function failure(run: Promise<unknown>): Promise<ModelError> {
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof ModelError) return error
  return expect.fail(`no ModelError but ${String(error)}`)
}

/** The right file, and nothing beside it. */
async function expectComplete(): Promise<void> {
  expect(sha256(await readFile(path))).toBe(sha256(model))
  expect(await readdir(directory)).toEqual(['model.gguf'])
}

async function partBytes(): Promise<number> {
  return (await stat(`${path}.part`)).size
}

describe('downloadModel', () => {
  it('fetches, checks and names the file', async () => {
    const progress: DownloadProgress[] = []
    expect(await download({ onProgress: (report) => progress.push(report) })).toBe(sha256(model))
    await expectComplete()
    expect(progress.at(-1)).toMatchObject({ bytes: model.length, totalBytes: model.length })
    expect(progress.at(-1)?.bytesPerSecond).toBeGreaterThan(0)
  })

  it('resumes at each of twenty random cuts', async () => {
    const fill = createWordStream(5, 0)
    const cuts = new Uint32Array(20)
    fill(cuts)
    server.script.push(...[...cuts].map((word) => cutAfter(word % 65_536)))
    await download()
    await expectComplete()
    expect(server.ranges.length).toBe(21)
    expect(server.ranges.filter((range) => range !== '').length).toBeGreaterThan(15)
  })

  it('resumes what an earlier call left, and asks only for the rest', async () => {
    server.script.push(cutAfter(100_000), answer(404))
    expect((await failure(download())).code).toBe('MODEL_DOWNLOAD_FAILED')
    const left = await partBytes()
    expect(left).toBeGreaterThan(0)
    await download()
    expect(server.ranges.at(-1)).toBe(`bytes=${left}-`)
    await expectComplete()
  })

  it('starts again from 0 where the server does not resume', async () => {
    server.script.push(cutAfter(100_000), ignoreRange)
    await download()
    await expectComplete()
  })

  it('starts again where the file changed behind the address, though it is not pinned', async () => {
    server.script.push(cutAfter(100_000))
    server.script.push((request, response) => {
      server.file = other
      serve(request, response, other)
    })
    expect(await download({ sha256: null, sizeBytes: null })).toBe(sha256(other))
    expect(sha256(await readFile(path))).toBe(sha256(other))
  })

  it('fetches the rest from a mirror, and starts again there if the two do not fit together', async () => {
    server.script.push(cutAfter(100_000), answer(404))
    await download({ sources: [server.url, mirror.url] })
    expect(mirror.ranges[0]).toMatch(/^bytes=\d+-$/)
    await expectComplete()
    await rm(path)

    server.file = other
    server.script.push(cutAfter(100_000), answer(404))
    await download({ sources: [server.url, mirror.url] })
    expect(mirror.ranges.slice(-2)).toEqual([expect.stringMatching(/^bytes=/), ''])
    await expectComplete()
  })

  it('does not fetch a part again that is complete', async () => {
    server.script.push(cutAfter(model.length - 1), answer(404))
    await failure(download())
    const requests = server.ranges.length
    await writeFile(`${path}.part`, model)
    await download()
    expect(server.ranges.length).toBe(requests)
    await expectComplete()
  })

  it('starts again where the part is longer than the file (416)', async () => {
    server.script.push(cutAfter(100_000), answer(404))
    await failure(download({ sizeBytes: null }))
    await writeFile(`${path}.part`, Buffer.concat([model, Buffer.alloc(10)]))
    await download({ sizeBytes: null })
    expect(server.ranges.slice(-2)).toEqual([`bytes=${model.length + 10}-`, ''])
    await expectComplete()
  })

  it('drops a part whose bytes were damaged on disk', async () => {
    server.script.push(cutAfter(100_000), answer(404))
    await failure(download())
    const part = await readFile(`${path}.part`)
    part.writeUInt8(part.readUInt8(1_000) ^ 1, 1_000)
    await writeFile(`${path}.part`, part)
    await download()
    await expectComplete()
  })

  it('drops a part of another file', async () => {
    server.file = other
    server.script.push(cutAfter(100_000), answer(404))
    await failure(download({ sha256: sha256(other) }))
    server.file = model
    await download()
    expect(server.ranges.at(-1)).toBe('')
    await expectComplete()
  })

  it('keeps nothing of a file with another hash, and says which', async () => {
    server.file = other
    const error = await failure(download())
    expect(error).toMatchObject({ code: 'MODEL_HASH_MISMATCH', expected: sha256(model), actual: sha256(other) })
    expect(await partBytes()).toBe(0)
  })

  it('takes the mirror if the first source has another file', async () => {
    server.file = other
    await download({ sources: [server.url, mirror.url] })
    await expectComplete()
  })

  it('knows a web page by its first bytes, and keeps what it has', async () => {
    server.script.push(cutAfter(100_000), answer(200, { 'content-type': 'text/html' }, HTML))
    const error = await failure(download())
    expect(error).toMatchObject({ code: 'MODEL_NOT_GGUF', hint: expect.stringContaining('web page') })
    expect(await partBytes()).toBeGreaterThan(0)
    await download()
    await expectComplete()
  })

  it('refuses a file of another size before fetching it', async () => {
    server.file = Buffer.concat([model, Buffer.alloc(1)])
    const error = await failure(download())
    expect(error).toMatchObject({
      code: 'MODEL_SIZE_MISMATCH',
      expected: `${model.length} bytes`,
      actual: `${model.length + 1} bytes`,
    })
    await expect(partBytes()).rejects.toThrow('ENOENT')
  })

  it('stops a source that goes on past the end', async () => {
    server.script.push((_, response, file) => {
      response.writeHead(200, { 'transfer-encoding': 'chunked' })
      response.write(file)
      response.end(Buffer.alloc(100))
    })
    expect((await failure(download())).code).toBe('MODEL_SIZE_MISMATCH')
    expect(await partBytes()).toBe(0)
  })

  it('finds a truncated file by its structure where nothing else tells', async () => {
    server.file = model.subarray(0, model.length - 1_000)
    expect((await failure(download({ sha256: null, sizeBytes: null }))).code).toBe('MODEL_TRUNCATED')
    await expect(stat(path)).rejects.toThrow('ENOENT')
  })

  it('asks again where a source goes quiet', async () => {
    server.script.push(stallAfter(50_000), stallAfter(0))
    await download({ patience: { ...PATIENCE, stallMs: 300, fruitlessAttempts: 20 } })
    // On a busy machine a good answer may seem quiet too, and is then resumed.
    expect(server.ranges.length).toBeGreaterThanOrEqual(3)
    await expectComplete()
  })

  it('follows redirects, five at most, and never from a loop', async () => {
    const to = (url: string): ReturnType<typeof answer> => answer(302, { location: url })
    server.script.push(...Array.from({ length: 5 }, () => to(server.url)))
    await download()
    await expectComplete()
    await rm(path)

    server.script.push(...Array.from({ length: 6 }, () => to(server.url)))
    expect((await failure(download())).message).toMatch(/redirects more than 5 times/)
    server.script.length = 0
    server.script.push(to('file:///etc/passwd'))
    expect((await failure(download())).message).toMatch(/redirects to an insecure address \(file:\)/)
  })

  it('tries again on 503, gives up on 404, and names every source in the end', async () => {
    server.script.push(answer(503), answer(429))
    await download()
    await expectComplete()
    await rm(path)

    server.script.push(answer(404))
    mirror.script.push(answer(503), answer(503), answer(503))
    const error = await failure(download({ sources: [server.url, mirror.url] }))
    expect(error.code).toBe('MODEL_DOWNLOAD_FAILED')
    expect(error.message).toMatch(/answers 404 .*; .*answers 503/)
    expect(mirror.ranges.length).toBe(3)
  })

  it('asks for the plain file, and takes no compressed one, nor another range than it asked for', async () => {
    let asked: string | string[] | undefined
    server.script.push((request, response) => {
      asked = request.headers['accept-encoding']
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(gzipSync(model))
    })
    expect((await failure(download())).message).toMatch(/compressed/)
    expect(asked).toBe('identity')

    server.script.push(cutAfter(100_000), answer(206, { 'content-range': `bytes 7-9/${model.length}` }, 'abc'))
    expect((await failure(download())).message).toMatch(/another range/)
    await download()
    await expectComplete()
  })

  it('gives up where nobody listens', async () => {
    await mirror.close()
    const error = await failure(download({ sources: [mirror.url] }))
    expect(error).toMatchObject({
      code: 'MODEL_DOWNLOAD_FAILED',
      message: expect.stringContaining('cannot be reached'),
    })
  })

  it('does not begin what the disk cannot hold', async () => {
    const freeBytes = async (): Promise<number> => model.length + 64 * 1024 * 1024 - 1
    const options = { path, sources: [server.url, mirror.url], sha256: sha256(model), sizeBytes: model.length }
    const error = await failure(downloadModel(options, { ...SYSTEM_DOWNLOAD_DEPENDENCIES, freeBytes }))
    expect(error.code).toBe('MODEL_DISK_FULL')
    expect(mirror.ranges).toEqual([])
    await downloadModel(options, { ...SYSTEM_DOWNLOAD_DEPENDENCIES, freeBytes: async () => (await freeBytes()) + 1 })
    await expectComplete()
  })

  it('stops at once when it is told to, and keeps what it has', async () => {
    const controller = new AbortController()
    server.script.push(stallAfter(100_000))
    const reason = new Error('enough')
    await expect(download({ signal: controller.signal, onProgress: () => controller.abort(reason) })).rejects.toThrow(
      'enough',
    )
    expect(await partBytes()).toBeGreaterThan(0)
    await download()
    await expectComplete()
  })
})
