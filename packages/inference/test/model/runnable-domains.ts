import { readFileSync } from 'node:fs'
import { type DeterminismDomain, isDomainOfPlatform } from '../../src/domain/determinism-domain.ts'

/** True if this machine's processor has what the domain's build needs. */
export function canRunDomain({ platforms, cpuFeatures }: DeterminismDomain): boolean {
  if (!isDomainOfPlatform({ platforms })) return false
  if (cpuFeatures.length === 0) return true
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' ') ?? []
  return cpuFeatures.every((feature) => flags.includes(feature))
}
