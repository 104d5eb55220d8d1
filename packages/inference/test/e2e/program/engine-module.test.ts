import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasProgramForTests } from '@poai/testing'
import { expect, it, onTestFinished } from 'vitest'
import { buildModule } from '../../../src/build/build-module.ts'
import { WASM_MODULE_FILE } from '../../../src/wasm/module-file.ts'
import { webAssembly } from '../../../src/wasm/web-assembly.ts'

const canBuild = hasProgramForTests(['wasm-ld'], 'apt-get install clang lld')

it.skipIf(!canBuild)(
  'the module in the repository is what its sources compile to, byte for byte (else: npm run engine)',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'poai-module-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const output = join(folder, 'portable-1.wasm')
    await buildModule(output)
    const [made, kept] = await Promise.all([readFile(output), readFile(WASM_MODULE_FILE)])
    expect(made.equals(kept)).toBe(true)
  },
)

it('the module asks for one function and nothing else', async () => {
  const module = await webAssembly.compile(await readFile(WASM_MODULE_FILE))
  const host = { wants_stop: () => 0 }
  await expect(webAssembly.instantiate(module, { host })).resolves.toBeDefined()
  await expect(webAssembly.instantiate(module, {})).rejects.toThrow('host')
})
