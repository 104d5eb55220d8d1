import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { npmCommand } from '../bootstrap/install.mjs'
import { isPage } from './bundle-page.ts'
import { carriedDependencies, carryDependency } from './carry-dependency.ts'
import type { BuildPackage } from './order-packages.ts'
import { publishManifest } from './publish-manifest.ts'

/** Packs one compiled package as npm would publish it. Returns the path of the tarball. */
export function packPackage(root: string, member: BuildPackage, destination: string): string {
  const stage = mkdtempSync(join(tmpdir(), 'poai-pack-'))
  try {
    const carried = carriedDependencies(member.manifest.name)
    const manifest = publishManifest(member.manifest, { carried, isBundled: isPage(member) })
    for (const entry of manifest.files ?? []) {
      cpSync(findEntry(root, member, entry), join(stage, entry), { recursive: true })
    }
    for (const name of carried) carryDependency(root, member, name, stage)
    cpSync(join(root, 'LICENSE'), join(stage, 'LICENSE'))
    writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
    return runPack(stage, destination)
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

/** What a package carries is its own, or is at the top of the checkout, like the models. */
function findEntry(root: string, member: BuildPackage, entry: string): string {
  const found = [member.folder, root].map((folder) => join(folder, entry)).find((path) => existsSync(path))
  if (found === undefined)
    throw new Error(`${member.manifest.name}: package.json promises ${entry}, which does not exist`)
  return found
}

function runPack(stage: string, destination: string): string {
  mkdirSync(destination, { recursive: true })
  const { command, prefix, shell } = npmCommand()
  const args = ['pack', '--json', '--ignore-scripts', '--offline', '--pack-destination', destination]
  const result = spawnSync(command, [...prefix, ...args], { cwd: stage, encoding: 'utf8', shell })
  if (result.status !== 0) throw new Error(`npm pack failed: ${result.stderr.trim()}`)
  return join(destination, tarballName(JSON.parse(result.stdout)))
}

/** npm 11 prints a list, npm 12 an object by package name. */
function tarballName(printed: unknown): string {
  const [first] = Object.values(printed as Record<string, { readonly filename: string }>)
  if (first === undefined) throw new Error('npm pack printed no file name')
  return first.filename
}
