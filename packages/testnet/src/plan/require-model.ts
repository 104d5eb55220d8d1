import { join } from 'node:path'
import { AppError, type NetworkParams } from '@poai/core'
import { findDomain, isDomainOfPlatform, readModelManifest, resolveModel } from '@poai/inference'
import type { Installation } from '@poai/node'

/** Throws unless this machine has the network's model, and computes its domain: every node would fail alike. */
export async function requireModel(installation: Installation, { name, work }: NetworkParams): Promise<void> {
  const manifest = await readModelManifest(join(installation.models, 'manifest.json'))
  await resolveModel({ directory: installation.modelStore, manifest }, work.model)
  const domain = findDomain(work.domain)
  if (domain !== undefined && isDomainOfPlatform(domain)) return
  throw new AppError('CLI_TESTNET_PLATFORM', `this machine cannot compute the bits of ${name}`, {
    expected: `a platform of domain ${work.domain}`,
    actual: `${process.platform}-${process.arch}`,
    hint: 'choose a network of domain portable-1, which every machine computes: devnet is one',
  })
}
