import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { expect } from 'vitest'
import type { PackageManifest } from '../../build/order-packages.ts'
import { CHECKOUT } from './copy-checkout.ts'

/** A project outside the workspace that has nothing but our tarballs and what they declare. */
export interface LinkedConsumer {
  readonly root: string
  readonly names: readonly string[]
}

/** The package.json in a folder. */
export function readManifest(folder: string): PackageManifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** Unpacks as npm does; the packages of others are linked from the checkout, and only those that ours declare. */
export function linkTarballs(tarballs: string): LinkedConsumer {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'poai consumer ')))
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'consumer', type: 'module' }))
  const names = readdirSync(tarballs).map((file) => unpack(join(tarballs, file), root))
  for (const name of names) linkDependencies(root, name, names)
  return { root, names }
}

function linkDependencies(root: string, name: string, names: readonly string[]): void {
  const home = join(root, 'node_modules', name)
  const { dependencies = {}, bundleDependencies = [] } = readManifest(home)
  for (const dependency of Object.keys(dependencies)) {
    if (names.includes(dependency) || bundleDependencies.includes(dependency)) continue
    expect(dependency, `a tarball that ${name} needs`).not.toMatch(/^@poai\//)
    const nested = join(CHECKOUT, 'packages', basename(name), 'node_modules', dependency)
    const target = existsSync(nested) ? nested : join(CHECKOUT, 'node_modules', dependency)
    const link = join(home, 'node_modules', dependency)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(target, link, 'junction')
  }
}

function unpack(tarball: string, root: string): string {
  const stage = mkdtempSync(join(root, 'unpack-'))
  execFileSync('tar', ['-xzf', tarball, '-C', stage, '--strip-components=1'])
  const { name } = readManifest(stage)
  mkdirSync(join(root, 'node_modules', dirname(name)), { recursive: true })
  renameSync(stage, join(root, 'node_modules', name))
  return name
}
