import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { platformNodePath } from '../../bootstrap/node-binary.mjs'
import { CHECKOUT } from './copy-checkout.ts'

/**
 * A checkout that holds the bootstrap and one task, `check`, with a fake npm that installs by linking the Node of the
 * tests.
 */
export interface TinyCheckout {
  readonly root: string
  /** Environment in which the bootstrap finds the fake npm. */
  readonly env: NodeJS.ProcessEnv
  readonly bootstrap: string
  /** How often the fake npm was started. */
  installCount(): number
  write(path: string, text: string): void
  remove(): void
}

const MANIFEST = JSON.stringify({ name: 'tiny', version: '1.0.0' })
const LOCK = JSON.stringify({ lockfileVersion: 3, packages: { '': { name: 'tiny', version: '1.0.0' } } })

/** The fake npm writes what it was asked, and does what its `behaviour.mjs` says. */
const FAKE_NPM = `
import { appendFileSync } from 'node:fs'
appendFileSync(new URL('./calls.log', import.meta.url), process.argv.slice(2).join(' ') + '\\n')
await import('./behaviour.mjs')
`

/** Installs like npm: the record of what was installed comes last. */
function installingBehaviour(nodePath: string | undefined): string {
  return `
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
mkdirSync('node_modules', { recursive: true })
const nodePath = ${JSON.stringify(nodePath)}
if (nodePath !== undefined) {
  mkdirSync(dirname(nodePath), { recursive: true })
  symlinkSync(${JSON.stringify(process.execPath)}, nodePath)
}
writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages: {} }))
`
}

/** Creates a checkout in a folder whose name has a space. */
export function createTinyCheckout(): TinyCheckout {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'poai tiny ')))
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  cpSync(join(CHECKOUT, 'scripts', 'bootstrap.mjs'), join(root, 'scripts', 'bootstrap.mjs'))
  cpSync(join(CHECKOUT, 'scripts', 'bootstrap'), join(root, 'scripts', 'bootstrap'), { recursive: true })
  write('package.json', MANIFEST)
  write('package-lock.json', LOCK)
  write('npm/package.json', JSON.stringify({ type: 'module' }))
  write('npm/npm-cli.js', FAKE_NPM)
  write('npm/behaviour.mjs', installingBehaviour(platformNodePath(root)))
  write('scripts/check.ts', "const answer: string = 'checked'\nconsole.log(answer)\n")
  const log = join(root, 'npm', 'calls.log')
  return {
    root,
    env: { ...process.env, npm_execpath: join(root, 'npm', 'npm-cli.js'), npm_node_execpath: process.execPath },
    bootstrap: join(root, 'scripts', 'bootstrap.mjs'),
    installCount: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').length : 0),
    write,
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}
