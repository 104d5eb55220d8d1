import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { BuildPackage } from './order-packages.ts'

/** A dependency that is shipped in the tarball of the package that needs it. */
interface Carried {
  readonly name: string
  /** What the package imports of it; undefined: everything. */
  readonly only?: readonly string[]
}

/**
 * Dependencies that a published package carries in its tarball, bundled into one file each, instead of having npm
 * install them. ethers takes 25 MB, with bundles for browsers, sources and types of Node: as one file it is 1 MB, and
 * loads faster. Little of the others is used (measured: 12 MB as packages with what they need, 0.7 MB as files).
 */
const CARRIED: Readonly<Record<string, readonly Carried[]>> = {
  '@poai/cli': [{ name: 'ethers' }],
  '@poai/core': [{ name: 'hash-wasm', only: ['createKeccak'] }],
  '@poai/execution': [{ name: '@bitauth/libauth', only: ['instantiateSecp256k1'] }],
  '@poai/node': [{ name: 'prom-client', only: ['Counter', 'Gauge', 'Histogram', 'Registry', 'collectDefaultMetrics'] }],
  '@poai/testnet': [{ name: 'ethers', only: ['Transaction', 'Wallet'] }],
}

/** Names of the dependencies that a package carries. */
export function carriedDependencies(packageName: string): readonly string[] {
  return (CARRIED[packageName] ?? []).map(({ name }) => name)
}

interface CarriedManifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

/**
 * Bundles a dependency of a package, as that package sees it, into `node_modules` of `stage`. Throws with the bundler's
 * messages.
 */
export function carryDependency(root: string, member: BuildPackage, name: string, stage: string): void {
  const folder = join(stage, 'node_modules', name)
  mkdirSync(folder, { recursive: true })
  const only = CARRIED[member.manifest.name]?.find((carried) => carried.name === name)?.only
  bundle(root, { source: resolveFrom(member.folder, name), only, output: join(folder, 'index.js') })
  const found = packagesBehind(name, join(member.folder, 'package.json'))
  const [{ manifest }] = found as [Found]
  const { version, license } = manifest
  const published = { name, version, license, type: 'module', exports: './index.js' }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`)
  writeFileSync(join(folder, 'LICENSES.txt'), found.map(licenceOf).join('\n'))
}

/** What `import` finds from a folder: the file, by the conditions that a module has. */
function resolveFrom(folder: string, name: string): string {
  const script = `process.stdout.write(import.meta.resolve(${JSON.stringify(name)}))`
  const flags = ['--input-type=module', '--eval', script]
  const result = spawnSync(process.execPath, flags, { cwd: folder, encoding: 'utf8' })
  if (result.status !== 0) throw new Error(`${name} cannot be found from ${folder}: ${result.stderr.trim()}`)
  return fileURLToPath(result.stdout)
}

interface Bundle {
  readonly source: string
  readonly only: readonly string[] | undefined
  readonly output: string
}

function bundle(root: string, { source, only, output }: Bundle): void {
  const rolldown = join(root, 'node_modules', 'rolldown', 'bin', 'cli.mjs')
  const entry = `${output}.entry.js`
  const names = only === undefined ? '*' : `{ ${only.join(', ')} }`
  writeFileSync(entry, `export ${names} from ${JSON.stringify(source)}\n`)
  const flags = ['--platform', 'node', '--format', 'esm', '--log-level', 'warn', '--file', output]
  const result = spawnSync(process.execPath, [rolldown, entry, ...flags], { cwd: root, encoding: 'utf8' })
  rmSync(entry)
  if (result.status !== 0 || !existsSync(output)) throw new Error(`${result.stdout}${result.stderr}`.trim())
}

interface Found {
  readonly folder: string
  readonly manifest: CarriedManifest
}

/** A package and all that it depends on, itself first. */
function packagesBehind(name: string, from: string, seen: Map<string, Found> = new Map()): readonly Found[] {
  const path = findPackageJSON(name, pathToFileURL(from))
  if (path === undefined || seen.has(path)) return [...seen.values()]
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as CarriedManifest
  seen.set(path, { folder: join(path, '..'), manifest })
  for (const dependency of Object.keys(manifest.dependencies ?? {})) packagesBehind(dependency, path, seen)
  return [...seen.values()]
}

function licenceOf({ folder, manifest }: Found): string {
  const { name, version, license = 'unknown' } = manifest
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  const text = file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
  return `${name} ${version}: ${license}\n${text}`
}
