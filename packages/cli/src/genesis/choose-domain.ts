import { checkCpuFeatures, type DeterminismDomain, findDomain, KNOWN_DOMAINS } from '@poai/inference'
import { UsageError } from '../report-error.ts'

/** Means: whatever suits this machine best. */
export const AUTO_DOMAIN = 'auto'

/** The domain of a name; for `auto` the best that this machine's platform and processor can compute. */
export async function chooseDomain(name: string): Promise<DeterminismDomain> {
  if (name !== AUTO_DOMAIN) {
    const domain = findDomain(name)
    if (domain !== undefined) return domain
    const names = KNOWN_DOMAINS.map((known) => known.name).join(', ')
    throw new UsageError(`this release does not know the determinism domain ${name}`, `take auto, or one of ${names}`)
  }
  const platform = `${process.platform}-${process.arch}`
  // From the plainest to the best.
  for (const domain of KNOWN_DOMAINS.toReversed()) {
    if (domain.platforms.includes(platform) && (await checkCpuFeatures(domain)).ok) return domain
  }
  throw new UsageError(
    `this release can pin no determinism domain on ${platform}`,
    'poai engine domains lists what it can pin, and where',
  )
}
