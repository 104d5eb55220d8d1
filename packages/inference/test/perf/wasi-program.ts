// Runs a WASI program: `node wasi-program.ts <file> [arguments…]`.
import { readFile } from 'node:fs/promises'
import { WASI } from 'node:wasi'
import { createWasmHost } from '../../src/wasm/wasm-host.ts'
import { webAssembly } from '../../src/wasm/web-assembly.ts'

const [file = '', ...args] = process.argv.slice(2)
const wasi = new WASI({ version: 'preview1', args: [file, ...args] })
const module = await webAssembly.compile(await readFile(file))
const imports = {
  ...createWasmHost(module).imports,
  ...(wasi.getImportObject() as ReturnType<typeof createWasmHost>['imports']),
}
process.exitCode = wasi.start(await webAssembly.instantiate(module, imports))
