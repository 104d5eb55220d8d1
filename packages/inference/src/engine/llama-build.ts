/** A build of llama.cpp that comes with an npm package: one of the CPU variants in it, by name. */
export interface PrebuiltLlamaBuild {
  readonly kind: 'prebuilt'
  readonly package: 'node-llama-cpp'
  /** Exact version of the package, and so of llama.cpp. */
  readonly version: string
  /** Which of the package's CPU modules: `libggml-cpu-<variant>`. */
  readonly variant: string
}

/**
 * The CPU backend compiled from the package's sources, with the project's kernels and maths: the same bits on every
 * processor. `poai engine build --llama` makes it.
 */
export interface PortableLlamaBuild {
  readonly kind: 'portable'
  readonly package: 'node-llama-cpp'
  /** Exact version of the package, and so of llama.cpp. */
  readonly version: string
}

/** The part of llama.cpp that computes the bits. Classes of GPUs would be a further kind. */
export type LlamaBuild = PrebuiltLlamaBuild | PortableLlamaBuild

/** One word for people, and for names of folders. */
export function buildVariant(build: LlamaBuild): string {
  return build.kind === 'portable' ? 'portable' : build.variant
}

/** A build on this machine: a library, and the addon that loads it. */
export interface LocatedBuild {
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
