import { readFile } from 'node:fs/promises'
import type { DeterminismDomain } from '../domain/determinism-domain.ts'
import { type DoctorCheck, toDoctorCheck } from './doctor-check.ts'

/**
 * Whether the processor has what the domain's build of llama.cpp was compiled for. `readCpuInfo` gives `/proc/cpuinfo`.
 */
export async function checkCpuFeatures(
  { name, cpuFeatures }: Pick<DeterminismDomain, 'name' | 'cpuFeatures'>,
  readCpuInfo: () => Promise<string> = () => readFile('/proc/cpuinfo', 'utf8'),
): Promise<DoctorCheck> {
  const text = await readCpuInfo().catch(() => undefined)
  const flags = text === undefined ? undefined : (/^(?:flags|Features)\s*:(.*)$/m.exec(text)?.[1] ?? '').split(/\s+/)
  const missing = cpuFeatures.filter((feature) => flags?.includes(feature) === false)
  return toDoctorCheck({
    name: 'processor',
    ok: cpuFeatures.length === 0 || (flags !== undefined && missing.length === 0),
    found: cpuFeatures.length === 0 ? 'any will do' : describe(flags, missing),
    expected: cpuFeatures.length === 0 ? 'any' : cpuFeatures.join(', '),
    hint: `Domain ${name} needs a processor with these features; in a virtual machine, pass the host's processor through.`,
  })
}

function describe(flags: readonly string[] | undefined, missing: readonly string[]): string {
  if (flags === undefined) return 'no /proc/cpuinfo'
  return missing.length === 0 ? 'all of them' : `without ${missing.join(', ')}`
}
