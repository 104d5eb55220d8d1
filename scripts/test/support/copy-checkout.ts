import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Root of the checkout that the tests run in. */
export const CHECKOUT = join(import.meta.dirname, '..', '..', '..')

/** Windows links folders without special rights only as junctions; elsewhere the type is ignored. */
const LINK_TYPE = 'junction'

/** A copy of the checkout that a test may damage. */
export interface CheckoutCopy {
  readonly root: string
  remove(): void
}

/**
 * Copies the working tree without what git ignores. Dependencies are linked one by one instead of as a whole, because
 * the workspace's own packages must resolve to the copy, not back to the original.
 */
export function copyCheckout(): CheckoutCopy {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'poai checkout ')))
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: CHECKOUT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  for (const path of listed.split('\0')) {
    if (path === '' || !existsSync(join(CHECKOUT, path))) continue
    mkdirSync(dirname(join(root, path)), { recursive: true })
    cpSync(join(CHECKOUT, path), join(root, path))
  }
  // Biome honours .gitignore only inside a repository.
  execFileSync('git', ['init', '--quiet'], { cwd: root })
  linkDependencies(root)
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) }
}

function linkDependencies(root: string): void {
  const from = join(CHECKOUT, 'node_modules')
  const to = join(root, 'node_modules')
  mkdirSync(join(to, '@poai'), { recursive: true })
  for (const name of readdirSync(from)) {
    if (name.startsWith('.') || name === '@poai') continue
    symlinkSync(join(from, name), join(to, name), LINK_TYPE)
  }
  for (const name of readdirSync(join(root, 'packages'))) {
    symlinkSync(join(root, 'packages', name), join(to, '@poai', name), LINK_TYPE)
    // npm nests a dependency here when another package needs a different version of it.
    const nested = join('packages', name, 'node_modules')
    if (existsSync(join(CHECKOUT, nested))) symlinkSync(join(CHECKOUT, nested), join(root, nested), LINK_TYPE)
  }
}
