import { join } from 'node:path'
import {
  checkCpuFeatures,
  type DeterminismDomain,
  findNativeProgram,
  findPortableLibrary,
  isDomainOfPlatform,
  KNOWN_DOMAINS,
  nativeVariants,
  PORTABLE_DOMAIN_NAME,
  type PortableProgram,
} from '@poai/inference'
import type { Installation } from '@poai/node'

/** An engine that this machine can run. */
export interface Contestant {
  readonly domain: DeterminismDomain
  readonly program: PortableProgram
  /** Instruction set of the native program. */
  readonly variant?: string
}

/** What can be compared here, the project's own engines first. */
export interface Contestants {
  readonly contestants: readonly Contestant[]
  /** What could be compared too, and how to get it. */
  readonly missing: readonly string[]
}

/** Finds every engine on this machine: the project's own in all its forms, and llama.cpp in all domains. */
export async function findContestants(installation: Installation): Promise<Contestants> {
  const cacheDirectory = join(installation.cache, 'engine')
  const missing: string[] = []
  const contestants: Contestant[] = []
  for (const domain of KNOWN_DOMAINS) {
    if (domain.name === PORTABLE_DOMAIN_NAME) contestants.push(...(await findPortable(domain, cacheDirectory, missing)))
    else if (await isReachable(domain)) contestants.push({ domain, program: 'llama' })
  }
  return { contestants, missing }
}

async function findPortable(
  domain: DeterminismDomain,
  cacheDirectory: string,
  missing: string[],
): Promise<readonly Contestant[]> {
  const found: Contestant[] = []
  const native = await findNativeProgram(cacheDirectory)
  if (native === undefined) missing.push(`the native program of ${domain.name} is not built: poai engine build`)
  else for (const variant of await nativeVariants(native)) found.push({ domain, program: 'native', variant })
  found.push({ domain, program: 'wasm' })
  // Some platforms cannot build it.
  const library = await findPortableLibrary(cacheDirectory).catch(() => undefined)
  if (library === undefined) missing.push(`llama.cpp is not built for ${domain.name}: poai engine build --llama`)
  else found.push({ domain, program: 'llama' })
  return found
}

async function isReachable(domain: DeterminismDomain): Promise<boolean> {
  return isDomainOfPlatform(domain) && (await checkCpuFeatures(domain)).ok
}

/** An engine in a few words. */
export function labelOf({ domain, program, variant }: Contestant): string {
  if (program === 'llama') return `llama.cpp, ${domain.name}`
  return program === 'wasm' ? 'WebAssembly' : `native ${variant ?? ''}`.trimEnd()
}
