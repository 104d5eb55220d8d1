import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buildPortable, findPortableLibrary } from '@poai/inference'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hashBuilt } from '../../../src/build/build-record.ts'
import { findCompiler } from '../../../src/build/find-compiler.ts'
import { applyGgmlEdits, GGML_EDITS } from '../../../src/build/ggml-edits.ts'
import { portableFolder } from '../../../src/build/portable-library.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'poai-build-'))
})
afterEach(async () => await rm(folder, { recursive: true, force: true }))

describe('edits of ggml', () => {
  /** Files that hold what the edits look for, as often as said. */
  async function writeSources(copies: number): Promise<void> {
    for (const { file } of GGML_EDITS) {
      const texts = GGML_EDITS.filter((edit) => edit.file === file).flatMap(({ find }) => Array(copies).fill(find))
      await mkdir(dirname(join(folder, file)), { recursive: true })
      await writeFile(join(folder, file), texts.join('\n//\n'))
    }
  }

  it('replace each text', async () => {
    await writeSources(1)
    await applyGgmlEdits(folder)
    for (const { file, replace } of GGML_EDITS) expect(await readFile(join(folder, file), 'utf8')).toContain(replace)
  })

  it.each([0, 2])('stop the build where a text is there %d times', async (copies) => {
    await writeSources(copies)
    await expect(applyGgmlEdits(folder)).rejects.toThrow(copies === 0 ? 'nowhere' : 'twice')
  })
})

describe('a portable library in a cache', () => {
  async function writeLibrary(): Promise<string> {
    const path = portableFolder(folder)
    await mkdir(path)
    await writeFile(join(path, 'libggml-cpu.so'), 'a library')
    const sha256 = await hashBuilt(join(path, 'libggml-cpu.so'))
    await writeFile(`${path}.json`, JSON.stringify({ sha256, compiler: 'cc 1.0' }))
    return path
  }

  it('is found as it was built', async () => {
    await writeLibrary()
    expect(await findPortableLibrary(folder)).toMatchObject({ record: { compiler: 'cc 1.0' } })
    expect(await buildPortable({ cacheDirectory: folder })).toMatchObject({ isNew: false })
  })

  it('is not taken when it was changed', async () => {
    const path = await writeLibrary()
    await writeFile(join(path, 'libggml-cpu.so'), 'another one')
    expect(await findPortableLibrary(folder)).toBeUndefined()
  })

  it('is not taken beside another module', async () => {
    const path = await writeLibrary()
    await writeFile(join(path, 'libggml-cpu-haswell.so'), 'another one')
    expect(await findPortableLibrary(folder)).toBeUndefined()
  })

  it('is not taken without its record', async () => {
    const path = await writeLibrary()
    await rm(`${path}.json`)
    expect(await findPortableLibrary(folder)).toBeUndefined()
  })
})

describe('a build', () => {
  it('names the package where no compiler is', async () => {
    await expect(findCompiler('poai-no-such-compiler')).rejects.toMatchObject({
      code: 'INFERENCE_BUILD_FAILED',
      hint: expect.stringContaining('apt install g++'),
    })
  })

  it('leaves nothing behind when the compiler fails', async () => {
    // git has a version, and compiles nothing.
    const building = buildPortable({ cacheDirectory: folder, compiler: 'git' })
    await expect(building).rejects.toMatchObject({ code: 'INFERENCE_BUILD_FAILED' })
    expect(await readdir(folder)).toEqual([])
  })
})
