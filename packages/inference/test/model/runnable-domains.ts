import { readFileSync } from 'node:fs'
import type { DeterminismDomain } from '../../src/domain/determinism-domain.ts'

/** True if this machine's processor has what the domain's build needs. */
export function canRunDomain({ platforms, cpuFeatures }: DeterminismDomain): boolean {
  if (!platforms.includes(`${process.platform}-${process.arch}`)) return false
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' ') ?? []
  return cpuFeatures.every((feature) => flags.includes(feature))
}
