import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { BuildPackage } from './order-packages.ts'

const WORKER_URL = /(new URL\((['"])\.{1,2}\/[^'"]+)\.ts(\2, import\.meta\.url\))/g

const TYPESCRIPT = /\.[cm]?tsx?$/

/**
 * Compiles `src` of one package to `dist`: JavaScript and declarations; other files are copied. Throws with the
 * compiler's messages. No source maps: the JavaScript is the source without its types, and maps would be a third of all
 * files.
 */
export function compilePackage(root: string, member: BuildPackage): void {
  const source = join(member.folder, 'src')
  const output = join(member.folder, 'dist')
  if (!existsSync(join(source, 'index.ts')))
    throw new Error(`${member.manifest.name} has no src/index.ts to build from`)
  rmSync(output, { recursive: true, force: true })
  runCompiler(root, writeConfig(root, member))
  for (const name of readdirSync(output, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.js')) continue
    const path = join(output, name)
    writeFileSync(path, renameWorkerUrls(readFileSync(path, 'utf8')))
  }
  cpSync(source, output, { recursive: true, filter: (path) => statSync(path).isDirectory() || !TYPESCRIPT.test(path) })
  requireTargets(member)
}

/**
 * A configuration of its own, because the root's follows the `source` condition: a published declaration must come from
 * the declarations of the packages below it, as in a user's project.
 */
function writeConfig(root: string, member: BuildPackage): string {
  const folder = join(root, 'node_modules', '.cache', 'poai-build')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${basename(member.folder)}.json`)
  const compilerOptions = {
    noEmit: false,
    noEmitOnError: true,
    customConditions: [],
    rootDir: join(member.folder, 'src'),
    outDir: join(member.folder, 'dist'),
  }
  const include = [join(member.folder, 'src')]
  writeFileSync(path, JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include }))
  return path
}

function runCompiler(root: string, config: string): void {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const result = spawnSync(process.execPath, [compiler, '-p', config, '--pretty', 'false'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (result.status !== 0) throw new Error(`${result.stdout}${result.stderr}`.trim())
}

/** A worker is named by URL, where the compiler does not see that `.ts` becomes `.js`. */
export function renameWorkerUrls(javascript: string): string {
  return javascript.replaceAll(WORKER_URL, '$1.js$3')
}

/** Every file that package.json promises must exist by now. */
function requireTargets({ folder, manifest }: BuildPackage): void {
  const missing = listTargets([manifest.exports, manifest.bin]).filter(
    (target) => !target.includes('*') && !existsSync(join(folder, target)),
  )
  if (missing.length > 0)
    throw new Error(`${manifest.name}: package.json names files that do not exist: ${missing.join(', ')}`)
}

function listTargets(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(listTargets) : []
}
