import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PackageManifest } from '../build/order-packages.ts'
import { CHECKOUT, type CheckoutCopy, copyCheckout } from './support/copy-checkout.ts'
import { runNode } from './support/run-node.ts'

/** A project outside the workspace that has nothing but our tarballs and what they declare. */
interface Consumer {
  readonly root: string
  readonly names: readonly string[]
}

/** Files for browsers: nothing to import. */
const PAGE = '@poai/explorer'

describe('npm run build', () => {
  let copy: CheckoutCopy
  let consumer: Consumer
  const cleanups: (() => void)[] = []

  beforeAll(async () => {
    copy = copyCheckout()
    cleanups.push(() => copy.remove())
    const tarballs = join(copy.root, 'tarballs')
    const build = ['--conditions=source', join(copy.root, 'scripts', 'build.ts'), '--pack', tarballs]
    const outcome = await runNode(build, { cwd: copy.root })
    expect(outcome).toMatchObject({ code: 0, output: expect.stringMatching(/^(ok {3}@poai\/.+\n)+$/) })
    consumer = installTarballs(tarballs)
    cleanups.push(() => rmSync(consumer.root, { recursive: true, force: true }))
  })
  afterAll(() => {
    for (const cleanUp of cleanups) cleanUp()
  })

  it('packs every package that is not private', () => {
    expect(consumer.names).toContain('@poai/core')
    expect(consumer.names.length).toBe(
      readdirSync(join(copy.root, 'packages')).filter((name) => isPublished(copy.root, name)).length,
    )
  })

  it('packs JavaScript, declarations and the licence, and no sources', () => {
    for (const name of consumer.names) {
      const files = readdirSync(join(consumer.root, 'node_modules', name), {
        recursive: true,
        encoding: 'utf8',
      }).filter((file) => !file.startsWith('node_modules'))
      const entries = name === PAGE ? ['index.html'] : ['index.js', 'index.d.ts']
      expect(files, name).toEqual(
        expect.arrayContaining(['LICENSE', 'package.json', ...entries.map((entry) => join('dist', entry))]),
      )
      expect(
        files.filter((file) => /(?<!\.d)\.tsx?$/.test(file)),
        name,
      ).toEqual([])
      expect(readFileSync(join(consumer.root, 'node_modules', name, 'package.json'), 'utf8'), name).not.toMatch(
        /"source"|\/src\//,
      )
    }
  })

  // A user may run with the condition for packages of his own.
  it.each([[[]], [['--conditions=source']]])('is imported by a plain Node with the flags %j', async (flags) => {
    const modules = consumer.names.filter((name) => name !== PAGE)
    const script = modules.map((name) => `await import('${name}')`).join('\n')
    writeFileSync(join(consumer.root, 'use.mjs'), `${script}\nconsole.log('imported')\nprocess.exit()\n`)
    const env = { PATH: process.env['PATH'] }
    expect(await runNode([...flags, join(consumer.root, 'use.mjs')], { cwd: consumer.root, env })).toEqual({
      code: 0,
      signal: null,
      output: 'imported\n',
    })
  })

  it('runs the poai command', async () => {
    const bin = join(consumer.root, 'node_modules', '@poai', 'cli', 'bin', 'poai.mjs')
    const outcome = await runNode([bin, '--help'], { cwd: consumer.root, env: { PATH: process.env['PATH'] } })
    expect(outcome).toMatchObject({ code: 0, output: expect.stringContaining('Usage: poai') })
  })

  it('carries the model and runs it', async () => {
    const bin = join(consumer.root, 'node_modules', '@poai', 'cli', 'bin', 'poai.mjs')
    const home = join(consumer.root, 'home')
    const outcome = await runNode([bin, 'engine', 'check', '--home', home], {
      cwd: consumer.root,
      env: { PATH: process.env['PATH'] },
    })
    expect(outcome).toMatchObject({ code: 0, output: expect.stringContaining('72 exams') })
  })

  it('has declarations that a strict project compiles against', async () => {
    writeFileSync(
      join(consumer.root, 'use.ts'),
      "import { bytesToHex } from '@poai/core'\n\nexport const text: string = bytesToHex(new Uint8Array(1))\n// @ts-expect-error: the declarations are there, not any\nexport const wrong: symbol = bytesToHex(new Uint8Array(1))\n",
    )
    const flags = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--skipLibCheck',
      '--types',
      '',
    ]
    const tsc = join(CHECKOUT, 'node_modules', 'typescript', 'bin', 'tsc')
    expect(await runNode([tsc, ...flags, 'use.ts'], { cwd: consumer.root })).toEqual({
      code: 0,
      signal: null,
      output: '',
    })
  })
})

function isPublished(root: string, folder: string): boolean {
  return readManifest(join(root, 'packages', folder)).private !== true
}

function readManifest(folder: string): PackageManifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** Unpacks as npm does; the packages of others are linked from the checkout, and only those that ours declare. */
function installTarballs(tarballs: string): Consumer {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'poai consumer ')))
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'consumer', type: 'module' }))
  const names = readdirSync(tarballs).map((file) => unpack(join(tarballs, file), root))
  for (const name of names) linkDependencies(root, name, names)
  return { root, names }
}

function linkDependencies(root: string, name: string, names: readonly string[]): void {
  const home = join(root, 'node_modules', name)
  for (const dependency of Object.keys(readManifest(home).dependencies ?? {})) {
    if (names.includes(dependency)) continue
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
