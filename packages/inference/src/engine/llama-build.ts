/** A build of llama.cpp that comes with an npm package: one of the CPU variants in it, by name. */
export interface PrebuiltLlamaBuild {
  readonly kind: 'prebuilt'
  readonly package: 'node-llama-cpp'
  /** Exact version of the package, and so of llama.cpp. */
  readonly version: string
  /** Which of the package's CPU modules: `libggml-cpu-<variant>`. */
  readonly variant: string
}

/** What computes the domain portable-1: a library for this machine, or WebAssembly. `auto` takes the library where it is built. */
export type PortableProgram = 'auto' | 'native' | 'wasm'

/**
 * The CPU backend compiled from the package's sources, with the project's kernels and maths: the same bits on every processor,
 * and in WebAssembly. `poai engine build` makes it.
 */
export interface PortableLlamaBuild {
  readonly kind: 'portable'
  readonly package: 'node-llama-cpp'
  /** Exact version of the package, and so of llama.cpp. */
  readonly version: string
  /** Default `auto`. */
  readonly program?: PortableProgram
}

/** What computes the bits. GPU classes become a further kind. */
export type LlamaBuild = PrebuiltLlamaBuild | PortableLlamaBuild

/** One word for people, and for names of folders. */
export function buildVariant(build: LlamaBuild): string {
  return build.kind === 'portable' ? 'portable' : build.variant
}

/** The files of a build on this machine. */
export type LocatedBuild = LocatedNative | LocatedWasm

/** A module for any machine. */
export interface LocatedWasm {
  readonly kind: 'wasm'
  readonly moduleFile: string
}

/** A library, and the addon that loads it. */
export interface LocatedNative {
  readonly kind: LlamaBuild['kind']
  /** The module of node-llama-cpp. */
  readonly bindingEntry: string
  /** The native addon that node-llama-cpp loads too. */
  readonly addonPath: string
  /** Holds the one CPU module of the build and nothing else. */
  readonly backendDirectory: string
  /** The CPU module inside it. */
  readonly backendFile: string
}
