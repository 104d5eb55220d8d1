/*
 * The little of the WebAssembly interface that is used, since neither the library of the language nor that of Node
 * declares it and this code runs in both a browser and Node.
 */

/** A compiled module. */
export interface WasmModule {
  readonly kind: 'module'
}

/** A function of a module, or one that it is given. Numbers of 64 bits cross as `bigint`. */
export type WasmFunction = (...args: readonly never[]) => unknown

/** Functions by the name of the module that they are asked of, and their own. */
export type WasmImports = Readonly<Record<string, Readonly<Record<string, WasmFunction>>>>

interface WebAssemblyInterface {
  compile(bytes: Uint8Array): Promise<WasmModule>
  instantiate(
    module: WasmModule,
    imports: WasmImports,
  ): Promise<{ readonly exports: Readonly<Record<string, unknown>> }>
}

/** The host's own. */
export const webAssembly: WebAssemblyInterface = (globalThis as unknown as { WebAssembly: WebAssemblyInterface })
  .WebAssembly
