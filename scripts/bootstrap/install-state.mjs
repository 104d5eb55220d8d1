// Tells whether node_modules holds what package-lock.json asks for.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { platformNodePath } from './node-binary.mjs'

/**
 * @typedef {{ version?: string, integrity?: string, resolved?: string, link?: boolean, optional?: boolean,
 * devOptional?: boolean, dependencies?: Record<string, string>, devDependencies?: Record<string, string>,
 * optionalDependencies?: Record<string, string> }} LockEntry
 */

const DEPENDENCY_FIELDS = /** @type {const} */ (['dependencies', 'devDependencies', 'optionalDependencies'])

/**
 * Where the hash of the last good installation is kept. Inside node_modules, so that deleting that folder forgets it.
 * @param {string} root
 */
export function stampPath(root) {
  return join(root, 'node_modules', '.poai-installed')
}

/**
 * Every manifest of the workspace, as paths from the root with forward slashes, in a fixed order.
 * @param {string} root
 * @returns {string[]}
 */
export function listManifests(root) {
  const folder = join(root, 'packages')
  const names = existsSync(folder) ? readdirSync(folder).sort() : []
  const manifests = names.map((name) => `packages/${name}/package.json`)
  return ['package.json', ...manifests.filter((path) => existsSync(join(root, path)))]
}

/**
 * Hash of everything that decides what an installation holds.
 * @param {string} root
 * @returns {string} hex
 */
export function installFingerprint(root) {
  const hash = createHash('sha256')
  hash.update(`${process.platform}-${process.arch}\n`)
  for (const path of ['package-lock.json', ...listManifests(root)]) {
    const file = join(root, path)
    if (!existsSync(file)) continue
    const content = readFileSync(file)
    hash.update(`${path} ${content.length}\n`).update(content)
  }
  return hash.digest('hex')
}

/**
 * Why an installation is needed, as the end of "Installing dependencies: …"; undefined when node_modules is up to date.
 * An installation made by hand (`npm install`) that matches the lock file counts as up to date.
 * @param {string} root
 * @returns {string | undefined}
 */
export function installReason(root) {
  if (!existsSync(join(root, 'node_modules'))) return 'node_modules is missing'
  const node = platformNodePath(root)
  if (node !== undefined && !existsSync(node)) return 'the Node package of this platform is missing'
  const stamp = existsSync(stampPath(root)) ? readFileSync(stampPath(root), 'utf8').trim() : ''
  if (stamp === installFingerprint(root)) return undefined
  if (isInstalledAsLocked(root)) {
    writeStamp(root)
    return undefined
  }
  return stamp === '' ? 'the last installation did not finish' : 'the list of dependencies has changed'
}

/**
 * Records that node_modules now matches the lock file and the manifests.
 * @param {string} root
 */
export function writeStamp(root) {
  const path = stampPath(root)
  const draft = `${path}.${process.pid}`
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(draft, `${installFingerprint(root)}\n`)
  renameSync(draft, path)
}

/**
 * Compares npm's own record of what it installed with the lock file, and the lock file with the manifests.
 * @param {string} root
 * @returns {boolean}
 */
function isInstalledAsLocked(root) {
  const locked = readPackages(join(root, 'package-lock.json'))
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'))
  if (locked === undefined || installed === undefined) return false
  return (
    listManifests(root).every((path) => isManifestLocked(root, path, locked)) &&
    Object.entries(locked).every(([path, entry]) => path === '' || isEntryInstalled(installed[path], entry)) &&
    Object.keys(installed).every((path) => Object.hasOwn(locked, path))
  )
}

/**
 * @param {LockEntry | undefined} installed
 * @param {LockEntry} locked
 */
function isEntryInstalled(installed, locked) {
  if (installed === undefined) return locked.optional === true || locked.devOptional === true
  return installed.version === locked.version && installed.integrity === locked.integrity
}

/**
 * @param {string} root
 * @param {string} path of the manifest
 * @param {Record<string, LockEntry>} locked
 */
function isManifestLocked(root, path, locked) {
  const entry = locked[path.replace(/\/?package\.json$/, '')]
  if (entry === undefined) return false
  /** @type {LockEntry} */
  const manifest = JSON.parse(readFileSync(join(root, path), 'utf8'))
  return DEPENDENCY_FIELDS.every((field) => {
    const wanted = Object.entries(manifest[field] ?? {})
    const known = entry[field] ?? {}
    return wanted.length === Object.keys(known).length && wanted.every(([name, range]) => known[name] === range)
  })
}

/**
 * @param {string} path
 * @returns {Record<string, LockEntry> | undefined}
 */
function readPackages(path) {
  if (!existsSync(path)) return undefined
  return JSON.parse(readFileSync(path, 'utf8')).packages
}
