import { BINDING_VERSION } from '../engine/llama-binding.ts'
import type { LlamaBuild } from '../engine/llama-build.ts'

/**
 * A class of machines and builds that compute the same bits. The name and the row only say how to reach the domain;
 * what defines it for a model are that model's recorded vectors.
 */
export interface DeterminismDomain {
  /** As in a network's parameters. */
  readonly name: string
  /** One line for people. */
  readonly description: string
  readonly build: LlamaBuild
  /** `process.platform`-`process.arch` of the machines that can compute it, or any that Node runs on. */
  readonly platforms: readonly string[] | 'any'
  /** What the CPU must have, in the words of `/proc/cpuinfo`. */
  readonly cpuFeatures: readonly string[]
}

const AVX_FEATURES = ['avx'] as const
const AVX2_FEATURES = ['avx', 'avx2', 'fma', 'f16c', 'bmi2'] as const
const AVX512_FEATURES = [...AVX2_FEATURES, 'avx512f', 'avx512bw', 'avx512vl', 'avx512dq', 'avx512cd'] as const

/** The domain of the built-in networks: every processor can compute it. */
export const PORTABLE_DOMAIN_NAME = 'portable-1'

/** The domain of those who do not choose one. */
export const DEFAULT_DOMAIN_NAME: typeof PORTABLE_DOMAIN_NAME = PORTABLE_DOMAIN_NAME

/**
 * All domains that this release can pin. CPU variants that give equal bits share a row (measured: haswell = alderlake;
 * skylakex = cannonlake = cascadelake = icelake = cooperlake = zen4); all rows differ from each other.
 */
export const KNOWN_DOMAINS: readonly DeterminismDomain[] = [
  {
    name: PORTABLE_DOMAIN_NAME,
    description: 'the program’s own engine, native or WebAssembly: any machine',
    build: { kind: 'portable', package: 'node-llama-cpp', version: BINDING_VERSION },
    platforms: 'any',
    cpuFeatures: [],
  },
  prebuilt('x64-sse2', 'x64', 'any x86-64 processor', []),
  prebuilt('x64-sse42', 'sse42', 'x86-64 with SSE 4.2', ['sse4_2', 'popcnt']),
  prebuilt('x64-avx', 'sandybridge', 'x86-64 with AVX', AVX_FEATURES),
  prebuilt('x64-avx-f16c', 'ivybridge', 'x86-64 with AVX and F16C', [...AVX_FEATURES, 'f16c']),
  prebuilt('x64-avx2', 'haswell', 'x86-64 with AVX2 and FMA', AVX2_FEATURES),
  prebuilt('x64-avx512', 'skylakex', 'x86-64 with AVX-512', AVX512_FEATURES),
]

/** Whether machines of this platform can compute a domain, if their processors have what it needs. */
export function isDomainOfPlatform({ platforms }: Pick<DeterminismDomain, 'platforms'>): boolean {
  return platforms === 'any' || platforms.includes(`${process.platform}-${process.arch}`)
}

/** The domain of that name, if this release knows it. */
export function findDomain(name: string): DeterminismDomain | undefined {
  return KNOWN_DOMAINS.find((domain) => domain.name === name)
}

function prebuilt(name: string, variant: string, processor: string, cpuFeatures: readonly string[]): DeterminismDomain {
  return {
    name,
    description: `node-llama-cpp 3.22.1 on Linux, ${processor}`,
    build: { kind: 'prebuilt', package: 'node-llama-cpp', version: BINDING_VERSION, variant },
    platforms: ['linux-x64'],
    cpuFeatures,
  }
}
