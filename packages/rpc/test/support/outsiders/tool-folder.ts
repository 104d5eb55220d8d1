import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'

/** Where the tools are, each in a folder of its own: they do not agree on what they need. */
const CACHE = join(import.meta.dirname, '../../../../../.cache/outsiders')

/**
 * Installs these packages into the tool's folder, unless they are there, and resolves to the folder. Install scripts do
 * not run.
 */
export async function installTool(name: string, packages: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(CACHE, name)
  const manifest = JSON.stringify({ private: true, type: 'module', dependencies: packages })
  const done = join(folder, 'installed.json')
  if (existsSync(done) && (await readFile(done, 'utf8')) === manifest) return folder
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), manifest)
  process.stderr.write(`installing ${name}\n`)
  const child = spawn('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    // npm leaves out the packages of a platform whose Node it takes to be too old: it must run with this one.
    env: { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`, NODE_OPTIONS: '' },
  })
  let complaints = ''
  child.stderr.on('data', (text: Buffer) => {
    complaints += String(text)
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`npm cannot install ${name}: ${complaints.slice(-400)}`)
  await writeFile(done, manifest)
  return folder
}
