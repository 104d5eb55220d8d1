/*
 * The small part of the WebAssembly interface that is used here. Neither TypeScript's library nor Node's types declare
 * it, and this code runs both in browsers and in Node.
 */

/** A compiled module. */
export interface WasmModule {
  readonly kind: 'module'
}

/** A function of a module, or one given to it. Numbers of 64 bits are passed as `bigint`. */
export type WasmFunction = (...args: readonly never[]) => unknown

/** Functions by the name of the module that they are imported from, and their own. */
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
