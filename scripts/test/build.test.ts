import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHECKOUT, type CheckoutCopy, copyCheckout } from './support/copy-checkout.ts'
import { allocatedBytes, freePort } from './support/installed-folder.ts'
import { type LinkedConsumer, linkTarballs, readManifest } from './support/linked-consumer.ts'
import { type NpmRegistry, startNpmRegistry } from './support/npm-registry.ts'
import { type Outcome, runNode } from './support/run-node.ts'
import { type NpmOptions, runNpm } from './support/run-npm.ts'

/** The size of an installation with everything that it needs to run, Node included. */
const MAX_INSTALLED_BYTES = 300_000_000

/** Packing and installing write some hundred megabytes: seconds on an idle machine, minutes on a busy disk. */
const PREPARATION_TIMEOUT_MS = 600_000

/** Makes the Node of the tests say that it is an older one. */
const PRETEND_OLD = [
  '--import',
  "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.20.2'})",
]

/** The output is shown when that is not so. */
const DONE = { code: 0, output: expect.stringMatching(/^/) }

const INSTALL = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']

/** Files for browsers: nothing to import. */
const PAGE = '@poai/explorer'

describe('npm run build', () => {
  let copy: CheckoutCopy
  let tarballs: string
  const cleanups: (() => void)[] = []

  beforeAll(async () => {
    copy = copyCheckout()
    cleanups.push(() => copy.remove())
    tarballs = join(copy.root, 'tarballs')
    const build = ['--conditions=source', join(copy.root, 'scripts', 'build.ts'), '--pack', tarballs]
    const outcome = await runNode(build, { cwd: copy.root })
    expect(outcome).toMatchObject({ code: 0, output: expect.stringMatching(/^(ok {3}@poai\/.+\n)+$/) })
  }, PREPARATION_TIMEOUT_MS)
  afterAll(() => {
    for (const cleanUp of cleanups) cleanUp()
  })

  describe('in a project that has nothing but the tarballs and what they declare', () => {
    let consumer: LinkedConsumer

    beforeAll(() => {
      consumer = linkTarballs(tarballs)
      cleanups.push(() => rmSync(consumer.root, { recursive: true, force: true }))
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

  describe('installed by npm into an empty folder', () => {
    let registry: NpmRegistry
    let npm: NpmOptions
    /** A folder that had nothing in it. */
    let project: string

    beforeAll(async () => {
      const root = realpathSync(mkdtempSync(join(tmpdir(), 'poai install ')))
      cleanups.push(() => rmSync(root, { recursive: true, force: true }))
      project = join(root, 'project')
      mkdirSync(project)
      registry = await startNpmRegistry()
      npm = { cwd: project, registry: registry.url, home: join(root, 'home') }
      expect(await runNpm([...INSTALL, ...packed()], npm)).toMatchObject(DONE)
    }, PREPARATION_TIMEOUT_MS)
    afterAll(() => registry?.stop())

    function packed(): string[] {
      return readdirSync(tarballs).map((name) => join(tarballs, name))
    }

    function poai(args: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<Outcome> {
      return runNpm(['exec', '--no', '--', 'poai', ...args], { ...npm, variables })
    }

    it('takes less than 300 MB, with Node 24 and without llama.cpp', () => {
      const modules = join(project, 'node_modules')
      expect(allocatedBytes(modules)).toBeLessThan(MAX_INSTALLED_BYTES)
      const names = readdirSync(modules, { recursive: true, encoding: 'utf8' })
      expect(names.filter((name) => /cuda|vulkan|node-llama-cpp/.test(name))).toEqual([])
      expect(registry.missing.filter((name) => name.includes('llama'))).toEqual([])
    })

    it('starts by npx', async () => {
      expect(await poai(['--version'])).toMatchObject({ code: 0, output: '0.1.0\n' })
    })

    it('starts under an older Node, which it replaces by the one that came along', async () => {
      const bin = join(project, 'node_modules', '@poai', 'cli', 'bin', 'poai.mjs')
      const env = { PATH: process.env['PATH'], HOME: npm.home }
      expect(await runNode([...PRETEND_OLD, bin, '--version'], { cwd: project, env })).toMatchObject({
        code: 0,
        output: '0.1.0\n',
      })
    })

    it('starts when it is installed for all folders', async () => {
      const prefix = join(project, '..', 'global')
      expect(await runNpm([...INSTALL, '--global', '--prefix', prefix, ...packed()], npm)).toMatchObject(DONE)
      const env = { PATH: process.env['PATH'], HOME: npm.home }
      const bin = join(prefix, 'lib', 'node_modules', '@poai', 'cli', 'bin', 'poai.mjs')
      expect(await runNode([...PRETEND_OLD, bin, '--version'], { cwd: project, env })).toMatchObject({
        code: 0,
        output: '0.1.0\n',
      })
    })

    it('says that this machine is fit', async () => {
      const { code, output } = await poai(['doctor', '--json', '--port', String(await freePort())])
      expect(JSON.parse(output)).toMatchObject({ healthy: true })
      expect(code).toBe(0)
    })

    it('runs a testnet that mines by WebAssembly', async () => {
      const run = ['testnet', '--nodes', '2', '--miners', '1', '--blocks', '3', '--traffic', '2', '--json']
      const { code, output } = await poai(run, { POAI_ENGINE: 'wasm' })
      expect({ code, output }).toMatchObject({ code: 0 })
      expect(JSON.parse(output.split('\n').find((line) => line.startsWith('{')) ?? '')).toMatchObject({
        converged: true,
        traffic: { refused: 0 },
      })
    })

    it('says what llama.cpp needs, and installs it when it is asked to', async () => {
      const abstaining = await poai(['engine', 'build', '--llama'])
      expect(abstaining).toMatchObject({ code: 3, output: expect.stringContaining('poai engine install-llama') })
      const { code, output } = await poai(['engine', 'install-llama', '--json'])
      expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('"isNew":true') })
      expect(await poai(['engine', 'install-llama', '--json'])).toMatchObject({
        code: 0,
        output: expect.stringContaining('"isNew":false'),
      })
    })
  })
})

function isPublished(root: string, folder: string): boolean {
  return readManifest(join(root, 'packages', folder)).private !== true
}
