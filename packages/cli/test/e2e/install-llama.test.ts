import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BINDING_VERSION, llamaFolder } from '@poai/inference'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { installLlama } from '../../src/engine/install-llama.ts'
import type { RunNpm } from '../../src/engine/run-npm.ts'

let cacheDirectory: string
beforeEach(() => {
  cacheDirectory = realpathSync(mkdtempSync(join(tmpdir(), 'poai-llama-')))
})
afterEach(() => rmSync(cacheDirectory, { recursive: true, force: true }))

const { signal } = new AbortController()

describe('installLlama', () => {
  it('asks for the binding and the package of this platform, without optional packages and install scripts', async () => {
    let asked: readonly string[] = []
    let manifest: unknown
    const npm: RunNpm = async (args, folder) => {
      asked = args
      manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      writeFileSync(join(folder, 'installed'), '')
      return { code: 0, output: '' }
    }
    const { isNew, version } = await installLlama({ cacheDirectory, again: true, signal }, npm)
    expect({ isNew, version }).toEqual({ isNew: true, version: BINDING_VERSION })
    expect(asked).toEqual(expect.arrayContaining(['install', '--ignore-scripts', '--omit=optional']))
    expect(manifest).toMatchObject({
      dependencies: {
        'node-llama-cpp': BINDING_VERSION,
        [`@node-llama-cpp/${process.platform}-${process.arch}`]: BINDING_VERSION,
      },
    })
    expect(readdirSync(cacheDirectory)).toEqual([`node-llama-cpp-${BINDING_VERSION}`])
    expect(existsSync(join(llamaFolder(cacheDirectory), 'installed'))).toBe(true)
  })

  it('leaves everything as it was when npm fails, and says why', async () => {
    const npm: RunNpm = async () => ({ code: 1, output: 'npm error code ENOTFOUND' })
    await expect(installLlama({ cacheDirectory, again: true, signal }, npm)).rejects.toMatchObject({
      code: 'CLI_LLAMA_NOT_INSTALLED',
      actual: 'npm error code ENOTFOUND',
    })
    expect(readdirSync(cacheDirectory)).toEqual([])
  })

  it('says that npm is missing', async () => {
    const npm: RunNpm = async () => ({ code: undefined, output: '' })
    await expect(installLlama({ cacheDirectory, again: true, signal }, npm)).rejects.toMatchObject({
      actual: 'npm is not on the path',
    })
  })

  it('has nothing to do in a checkout, which has it', async () => {
    const npm: RunNpm = () => Promise.reject(new Error('npm was called'))
    expect(await installLlama({ cacheDirectory, again: false, signal }, npm)).toMatchObject({ isNew: false })
  })
})
