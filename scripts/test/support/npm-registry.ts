import { spawn } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { CHECKOUT } from './copy-checkout.ts'

/** A registry of npm packages on this machine. */
export interface NpmRegistry {
  readonly url: string
  /** Names that were asked for and are not here. */
  readonly missing: readonly string[]
  stop(): Promise<void>
}

interface Installed {
  readonly folder: string
  readonly manifest: { readonly name: string; readonly version: string }
}

/**
 * Serves the packages that the checkout has installed, in the versions of its lock file: npm really resolves and
 * installs from it, and needs nothing from elsewhere. What the checkout lacks, such as packages for other platforms, is
 * not found.
 */
export async function startNpmRegistry(): Promise<NpmRegistry> {
  const packages = readInstalled()
  const missing: string[] = []
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '/').slice(1))
    const tarball = /^tarballs\/(.+)\/([^/]+)\.tgz$/.exec(path)
    const [, name = path, version] = tarball ?? []
    const found = packages.get(name)
    const one = found?.find(({ manifest }) => manifest.version === version)
    if (one !== undefined) return sendTarball(response, one.folder)
    if (found !== undefined) return sendJson(response, packument(name, found, urlOf(server.address())))
    missing.push(name)
    response.writeHead(404).end('{}')
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  return {
    url: urlOf(server.address()),
    missing,
    stop: async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      server.close(() => resolve())
      server.closeAllConnections()
      await promise
    },
  }
}

function urlOf(address: string | AddressInfo | null): string {
  return `http://127.0.0.1:${(address as AddressInfo).port}`
}

/** By name, all versions that lie somewhere in the checkout. */
function readInstalled(): ReadonlyMap<string, readonly Installed[]> {
  const lock = JSON.parse(readFileSync(join(CHECKOUT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, unknown>>
  }
  const found = new Map<string, Installed[]>()
  for (const path of Object.keys(lock.packages)) {
    if (!path.includes('node_modules/') || path.includes('node_modules/@poai/')) continue
    if (!existsSync(join(CHECKOUT, path))) continue
    const folder = realpathSync(join(CHECKOUT, path))
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Installed['manifest']
    found.set(manifest.name, [...(found.get(manifest.name) ?? []), { folder, manifest }])
  }
  return found
}

function packument(name: string, installed: readonly Installed[], url: string): object {
  const versions = installed.map(({ manifest }) => [
    manifest.version,
    { ...manifest, dist: { tarball: `${url}/tarballs/${encodeURIComponent(name)}/${manifest.version}.tgz` } },
  ])
  return { name, 'dist-tags': { latest: installed[0]?.manifest.version }, versions: Object.fromEntries(versions) }
}

function sendJson(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

/** Uncompressed, which npm takes too. What npm has put into the package's own node_modules is not of the package. */
function sendTarball(response: ServerResponse, folder: string): void {
  const name = basename(folder)
  const tar = spawn('tar', ['-cf', '-', `--exclude=${name}/node_modules`, '-C', dirname(folder), name])
  response.writeHead(200, { 'content-type': 'application/octet-stream' })
  tar.stdout.pipe(response)
}
