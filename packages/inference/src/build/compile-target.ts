import { readFileSync } from 'node:fs'

/** A processor that a portable library is compiled for. The bits are the same for all of them; the speed is not. */
export interface CompileTarget {
  /** As used in folder names. */
  readonly name: string
  readonly arch: 'x64' | 'arm64'
  /** Options of GCC and Clang that say which instructions may be used. None may contract or approximate. */
  readonly flags: readonly string[]
}

/** Every x86-64 processor. */
export const X64_SSE2: CompileTarget = { name: 'x64-sse2', arch: 'x64', flags: ['-march=x86-64'] }

/** x86-64 since 2013, but without FMA: a compiler that may not use it cannot contract with it. */
export const X64_AVX2: CompileTarget = {
  name: 'x64-avx2',
  arch: 'x64',
  flags: ['-march=x86-64', '-mavx2', '-mf16c', '-mno-fma', '-mtune=haswell'],
}

/** Every 64-bit Arm processor. */
export const ARM64_NEON: CompileTarget = { name: 'arm64-neon', arch: 'arm64', flags: ['-march=armv8-a'] }

/** The best target for this machine; undefined on other processors. */
export function machineTarget(): CompileTarget | undefined {
  if (process.arch === 'arm64') return ARM64_NEON
  if (process.arch !== 'x64') return undefined
  return hasAvx2() ? X64_AVX2 : X64_SSE2
}

function hasAvx2(): boolean {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' ') ?? []
    return flags.includes('avx2') && flags.includes('f16c')
  } catch {
    return false
  }
}
