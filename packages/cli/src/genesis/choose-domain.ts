import { InvariantError } from '@poai/core'
import {
  checkCpuFeatures,
  type DeterminismDomain,
  findDomain,
  isDomainOfPlatform,
  KNOWN_DOMAINS,
} from '@poai/inference'
import { UsageError } from '../report-error.ts'

/** Stands for the domain that suits this machine best. */
export const AUTO_DOMAIN = 'auto'

/** The domain of a name; for `auto`, the best one that this machine can compute. */
export async function chooseDomain(name: string): Promise<DeterminismDomain> {
  if (name !== AUTO_DOMAIN) {
    const domain = findDomain(name)
    if (domain !== undefined) return domain
    const names = KNOWN_DOMAINS.map((known) => known.name).join(', ')
    throw new UsageError(`this release does not know the determinism domain ${name}`, `choose auto, or one of ${names}`)
  }
  // From the plainest to the best.
  for (const domain of KNOWN_DOMAINS.toReversed()) {
    if (isDomainOfPlatform(domain) && (await checkCpuFeatures(domain)).ok) return domain
  }
  throw new InvariantError('every platform computes portable-1')
}
