import { join } from 'node:path'

/**
 * The engine of the domain portable-1 as a WebAssembly module. It ships with the program: `npm run engine` makes it.
 */
export const WASM_MODULE_FILE: string = join(import.meta.dirname, '../../engine/portable-1.wasm')
