// `npm run engine`: compiles packages/inference/engine/portable-1.wasm from packages/inference/native/engine, with
// Debian 12's clang and lld. The file is part of the repository and of the package; a test compares it with what this
// makes.
import { readFile } from 'node:fs/promises'
import { buildModule } from '../packages/inference/src/build/build-module.ts'
import { WASM_MODULE_FILE } from '../packages/inference/src/wasm/module-file.ts'

const before = await readFile(WASM_MODULE_FILE).catch(() => Buffer.alloc(0))
await buildModule(WASM_MODULE_FILE)
const after = await readFile(WASM_MODULE_FILE)
console.log(`${WASM_MODULE_FILE}: ${after.length} bytes, ${after.equals(before) ? 'as before' : 'changed'}`)
