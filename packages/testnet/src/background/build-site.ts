import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * Builds the explorer's page into `directory` if it is missing or older than its sources beside that folder, which an
 * installed package does not have. Never rejects: a network without a page is a network.
 */
export async function buildSite(directory: string, tell: (problem: string) => void): Promise<void> {
  const folder = dirname(directory)
  const sources = join(folder, 'src')
  if (!existsSync(sources) || isFresh(directory, sources)) return
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
