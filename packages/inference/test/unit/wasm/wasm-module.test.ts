import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { findWasmModule, hashModule, WASM_FILE, wasmFolder } from '../../../src/wasm/wasm-module.ts'

const BYTES = Uint8Array.of(0, 97, 115, 109)

it.each([
  ['as it was built', JSON.stringify({ sha256: hashModule(BYTES), compiler: 'emcc' }), true],
  ['with another hash', JSON.stringify({ sha256: '00', compiler: 'emcc' }), false],
  ['without its compiler', JSON.stringify({ sha256: hashModule(BYTES) }), false],
  ['with half a record', '{"sha256":', false],
  ['with a record of nothing', 'null', false],
])('finds a module in its cache or not: %s', async (_, record, isThere) => {
  const cache = await mkdtemp(join(tmpdir(), 'poai-wasm-'))
  onTestFinished(() => rm(cache, { recursive: true, force: true }))
  expect(await findWasmModule(cache)).toBeUndefined()
  await mkdir(wasmFolder(cache), { recursive: true })
  await writeFile(join(wasmFolder(cache), WASM_FILE), BYTES)
  await writeFile(join(wasmFolder(cache), 'record.json'), record)
  expect((await findWasmModule(cache)) !== undefined).toBe(isThere)
})
