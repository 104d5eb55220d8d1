import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The release of Foundry that everything here uses. */
export const FOUNDRY_VERSION = '1.7.1'

/** What Foundry's packages on npm call this machine. */
export function foundryPlatform(): string {
  return `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
}

/**
 * The path of forge, which comes with the workspace's packages. Throws if it is not there, so that nothing passes
 * untested.
 */
export function installedForge(): string {
  const name = `@foundry-rs/forge-${foundryPlatform()}`
  let manifest: string
  try {
    manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
  } catch (cause) {
    throw new Error(`${name} is not installed: run "npm install --ignore-scripts"`, { cause })
  }
  return join(dirname(manifest), 'bin', process.platform === 'win32' ? 'forge.exe' : 'forge')
}
