/** A build of llama.cpp that comes with an npm package: one of the CPU variants in it, by name. */
export interface PrebuiltLlamaBuild {
  readonly kind: 'prebuilt'
  readonly package: 'node-llama-cpp'
  /** Exact version of the package, and so of llama.cpp. */
  readonly version: string
  /** Which of the package's CPU modules: `libggml-cpu-<variant>`. */
  readonly variant: string
}

/** What computes the bits. Portable builds and GPU classes become further kinds. */
export type LlamaBuild = PrebuiltLlamaBuild

/** The files of a build on this machine. */
export interface LocatedBuild {
  /** The native addon that node-llama-cpp loads too. */
  readonly addonPath: string
  /** Holds the one CPU module of the build and nothing else. */
  readonly backendDirectory: string
  /** The CPU module inside it. */
  readonly backendFile: string
}
