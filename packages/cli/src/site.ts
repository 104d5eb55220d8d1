import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The explorer page on this machine. */
export interface Site {
  /** Where its built files are, or will be. */
  readonly directory: string
  /** What they are built from; undefined in an installed package, which has only the files. */
  readonly sources: string | undefined
}

const requireFrom = createRequire(import.meta.url)

/** The page that came with the program. */
export function findSite(): Site {
  const folder = dirname(requireFrom.resolve('@poai/explorer/package.json'))
  const sources = join(folder, 'src')
  return { directory: join(folder, 'dist'), sources: existsSync(sources) ? sources : undefined }
}

/**
 * Builds the page if it is missing or older than what it is made from. A page less is no reason to have no node: it
 * never rejects.
 */
export async function buildSite(site: Site, tell: (problem: string) => void): Promise<void> {
  if (site.sources === undefined || isFresh(site.directory, site.sources)) return
  const folder = dirname(site.directory)
  let vite: string
  try {
    vite = join(dirname(createRequire(join(folder, 'package.json')).resolve('vite/package.json')), 'bin/vite.js')
  } catch {
    tell('the explorer page cannot be built: vite is not installed')
    return
  }
  const { promise, resolve } = Promise.withResolvers<void>()
  const child = spawn(process.execPath, [vite, 'build', folder, '--logLevel', 'error'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let problem = ''
  child.stderr.on('data', (text: Buffer) => {
    problem = (problem + String(text)).slice(0, 2000)
  })
  child.once('error', (error) => {
    tell(`the explorer page cannot be built: ${error.message}`)
    resolve()
  })
  child.once('exit', (code) => {
    if (code !== 0) tell(`the explorer page cannot be built: ${problem.split('\n', 1)[0] ?? ''}`)
    resolve()
  })
  await promise
}

function isFresh(directory: string, sources: string): boolean {
  const built = statSync(join(directory, 'index.html'), { throwIfNoEntry: false })
  if (built === undefined) return false
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' })
  return files.every((name) => statSync(join(sources, name)).mtimeMs <= built.mtimeMs)
}
