import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isolateBackend } from '../../../src/engine/isolate-backend.ts'
import type { PrebuiltLlamaBuild } from '../../../src/engine/llama-build.ts'
import { locatePrebuilt } from '../../../src/engine/locate-prebuilt.ts'

const BUILD: PrebuiltLlamaBuild = { kind: 'prebuilt', package: 'node-llama-cpp', version: '3.22.1', variant: 'haswell' }
let cache: string

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'poai-isolate-'))
})
afterEach(async () => await rm(cache, { recursive: true }))

it('copies the one module, and finds it again', async () => {
  const first = await isolateBackend(BUILD, cache)
  expect(await readdir(first.backendDirectory)).toEqual(['libggml-cpu-haswell.so'])
  expect(await readFile(first.backendFile)).toEqual(await readFile((await locatePrebuilt(BUILD)).modulePath))
  expect(await isolateBackend(BUILD, cache)).toEqual(first)
})

it('replaces a module that was changed, and a folder that holds another', async () => {
  const { backendFile, backendDirectory } = await isolateBackend(BUILD, cache)
  await truncate(backendFile, 1000)
  await isolateBackend(BUILD, cache)
  expect(await readFile(backendFile)).toEqual(await readFile((await locatePrebuilt(BUILD)).modulePath))
  await writeFile(join(backendDirectory, 'libggml-cpu-zen4.so'), '')
  await isolateBackend(BUILD, cache)
  expect(await readdir(backendDirectory)).toEqual(['libggml-cpu-haswell.so'])
})

it('serves several nodes that start together', async () => {
  const located = await Promise.all(Array.from({ length: 4 }, () => isolateBackend(BUILD, cache)))
  expect(new Set(located.map(({ backendFile }) => backendFile)).size).toBe(1)
  expect(await readdir(cache)).toEqual([dirname(located[0]?.backendFile ?? '').slice(cache.length + 1)])
})

it('refuses another version of the package', async () => {
  await expect(isolateBackend({ ...BUILD, version: '3.22.0' }, cache)).rejects.toMatchObject({
    code: 'INFERENCE_PLATFORM_UNSUPPORTED',
    expected: '3.22.0',
    actual: '3.22.1',
  })
})
