import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { BINDING_VERSION, findLlamaBinding, llamaFolder } from '../../../src/engine/llama-binding.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'poai-binding-')))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The module in a folder from which no node-llama-cpp can be resolved, as in an installation without it. */
async function elsewhere(): Promise<{ findLlamaBinding: typeof findLlamaBinding }> {
  const copy = join(folder, 'engine')
  mkdirSync(copy, { recursive: true })
  cpSync(join(import.meta.dirname, '../../../src/engine/llama-binding.ts'), join(copy, 'llama-binding.ts'))
  writeFileSync(
    join(copy, 'engine-error.ts'),
    'export class EngineError extends Error { code: string; hint: string\n' +
      'constructor(code: string, message: string, options: { hint: string }) { super(message); this.code = code; this.hint = options.hint } }\n',
  )
  return await import(/* @vite-ignore */ pathToFileURL(join(copy, 'llama-binding.ts')).href)
}

it('finds the binding of a checkout, its sources and its packages', () => {
  const { entry, sourceBundle, resolve } = findLlamaBinding()
  expect(existsSync(entry)).toBe(true)
  expect(existsSync(sourceBundle)).toBe(true)
  expect(resolve('node-llama-cpp')).toBe(entry)
})

it('names the command that installs it', async () => {
  const { findLlamaBinding } = await elsewhere()
  expect(() => findLlamaBinding(join(folder, 'cache'))).toThrow(
    expect.objectContaining({
      code: 'INFERENCE_PLATFORM_UNSUPPORTED',
      hint: expect.stringContaining('poai engine install-llama'),
    }),
  )
})

it('finds what was installed into the cache, from a folder inside it too', async () => {
  const { findLlamaBinding } = await elsewhere()
  const cache = join(folder, 'cache')
  const entry = join(llamaFolder(cache), 'node_modules/node-llama-cpp/dist/index.js')
  mkdirSync(dirname(entry), { recursive: true })
  writeFileSync(entry, '')
  expect(llamaFolder(cache)).toContain(BINDING_VERSION)
  expect(findLlamaBinding(cache).entry).toBe(entry)
  expect(findLlamaBinding(join(cache, 'building-1')).entry).toBe(entry)
})
