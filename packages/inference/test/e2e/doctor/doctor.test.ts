import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  checkCLibrary,
  checkClock,
  checkCpuFeatures,
  checkDiskSpace,
  checkMemory,
  checkModelFile,
  checkPort,
} from '@poai/inference'
import { describe, expect, it } from 'vitest'
import { WORKER_OVERHEAD_BYTES } from '../../../src/doctor/check-memory.ts'

const DOMAIN = { name: 'x64-avx2', cpuFeatures: ['avx2', 'fma'] }

describe('checkCpuFeatures', () => {
  it('passes a processor with all features', async () => {
    const check = await checkCpuFeatures(DOMAIN, async () => 'model name : x\nflags\t\t: sse avx2 fma\n')
    expect(check).toMatchObject({ ok: true, hint: '' })
  })

  it('names the features that are missing', async () => {
    const check = await checkCpuFeatures(DOMAIN, async () => 'flags : sse avx2 fma4\n')
    expect(check).toMatchObject({ ok: false, found: 'without fma' })
    expect(check.hint).toContain('x64-avx2')
  })

  it('fails where there is no list', async () => {
    const check = await checkCpuFeatures(DOMAIN, () => Promise.reject(new Error('ENOENT')))
    expect(check).toMatchObject({ ok: false, found: 'no /proc/cpuinfo' })
  })
})

it('checkCLibrary wants glibc', () => {
  expect(checkCLibrary('2.36')).toMatchObject({ ok: true, found: 'glibc 2.36' })
  expect(checkCLibrary(undefined).name).toBe('C library')
})

it('checkMemory counts the model once and the workers each', () => {
  const needs = { workers: 3, modelSizeBytes: 1000 }
  const exact = 3 * WORKER_OVERHEAD_BYTES + 1000
  expect(checkMemory(needs, exact).ok).toBe(true)
  expect(checkMemory(needs, exact - 1).ok).toBe(false)
})

it('checkDiskSpace compares with what is free', async () => {
  expect(await checkDiskSpace(tmpdir(), 1)).toMatchObject({ ok: true })
  expect(await checkDiskSpace(tmpdir(), Number.MAX_SAFE_INTEGER)).toMatchObject({ ok: false })
  expect(await checkDiskSpace(join(tmpdir(), 'not', 'yet', 'there'), 1)).toMatchObject({ ok: true })
})

it('checkClock refuses times before the first release and before known blocks', () => {
  const nowMs = Date.UTC(2026, 10, 20)
  expect(checkClock({ nowMs })).toMatchObject({ ok: true })
  expect(checkClock({ nowMs: 0 })).toMatchObject({ ok: false, found: '1970-01-01T00:00:00.000Z' })
  expect(checkClock({ nowMs, newestBlockMs: nowMs + 30_000 }).ok).toBe(true)
  expect(checkClock({ nowMs, newestBlockMs: nowMs + 30_001 }).ok).toBe(false)
})

it('checkPort tells a free port from a taken one', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as { readonly port: number }
  expect(await checkPort(port, '127.0.0.1')).toMatchObject({ ok: false, found: 'EADDRINUSE' })
  await new Promise((resolve) => {
    server.close(resolve)
  })
  expect(await checkPort(port, '127.0.0.1')).toMatchObject({ ok: true })
})

it('checkModelFile compares hashes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'poai-doctor-'))
  const path = join(folder, 'model')
  await writeFile(path, 'abc')
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
  expect(await checkModelFile(path, sha256)).toMatchObject({ ok: true })
  expect(await checkModelFile(path, sha256.replace('b', 'c'))).toMatchObject({ ok: false })
  expect(await checkModelFile(join(folder, 'none'), sha256)).toMatchObject({ ok: false })
  await rm(folder, { recursive: true })
})
