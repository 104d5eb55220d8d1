import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { BuildPackage } from './order-packages.ts'

/** What a browser may have to fetch for the page, compressed: little enough to be there at once on a phone too. */
export const MAX_PAGE_BYTES = 300_000

/** Whether a package is a page: files for browsers, which need nothing else once they are bundled. */
export function isPage(member: BuildPackage): boolean {
  return existsSync(join(member.folder, 'vite.config.ts'))
}

/**
 * Bundles a package that is a page into `dist`. Throws with the bundler's messages, or if the page has become too
 * large.
 */
export function bundlePage(root: string, member: BuildPackage): void {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const result = spawnSync(process.execPath, [vite, 'build', member.folder, '--logLevel', 'warn'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (result.status !== 0) throw new Error(`${result.stdout}${result.stderr}`.trim())
  const bytes = compressedSize(join(member.folder, 'dist'))
  if (bytes > MAX_PAGE_BYTES) {
    throw new Error(
      `${member.manifest.name}: the page has ${bytes} bytes compressed, at most ${MAX_PAGE_BYTES} are wanted`,
    )
  }
}

function compressedSize(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + gzipSync(readFileSync(join(entry.parentPath, entry.name))).length, 0)
}
