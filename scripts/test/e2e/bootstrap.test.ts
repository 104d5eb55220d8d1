import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, utimesSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SILENCE_LIMIT_MS } from '../../bootstrap/install-lock.mjs'
import { platformNodePath } from '../../bootstrap/node-binary.mjs'
import { type Outcome, runNode } from '../support/run-node.ts'
import { createTinyCheckout, type TinyCheckout } from '../support/tiny-checkout.ts'

/** A process id beyond the largest that Linux, macOS and Windows hand out. */
const DEAD_PID = 2 ** 31 - 2

describe('node scripts/bootstrap.mjs', () => {
  let checkout: TinyCheckout

  beforeEach(() => {
    checkout = createTinyCheckout()
  })
  afterEach(() => checkout.remove())

  const bootstrap = (...args: string[]): Promise<Outcome> =>
    runNode([checkout.bootstrap, ...args], { cwd: checkout.root, env: checkout.env })

  it('installs once, in plain lines, and then runs the task', async () => {
    const first = await bootstrap('check')
    expect(first.output).toMatch(
      /^Installing dependencies: node_modules is missing\nDependencies installed \(\d+ s\)\nchecked\n$/,
    )
    expect(first.code).toBe(0)
    expect(await bootstrap('check')).toEqual({ code: 0, signal: null, output: 'checked\n' })
    expect(checkout.installCount()).toBe(1)
    expect(readFileSync(join(checkout.root, 'npm', 'calls.log'), 'utf8')).toMatch(/^ci --ignore-scripts /)
  })

  it('installs again when a manifest changes the dependencies', async () => {
    await bootstrap('check')
    checkout.write('package.json', JSON.stringify({ name: 'tiny', version: '1.0.0', dependencies: { added: '1.0.0' } }))
    expect((await bootstrap('check')).output).toContain('Installing dependencies: the list of dependencies has changed')
    expect(checkout.installCount()).toBe(2)
  })

  it('accepts what npm install has put there by hand', async () => {
    await bootstrap('check')
    rmSync(join(checkout.root, 'node_modules', '.poai-installed'))
    expect((await bootstrap('check')).output).toBe('checked\n')
    expect(checkout.installCount()).toBe(1)
  })

  it('finishes an installation that was cut off', async () => {
    await bootstrap('check')
    rmSync(join(checkout.root, 'node_modules', '.poai-installed'))
    rmSync(join(checkout.root, 'node_modules', '.package-lock.json'))
    rmSync(platformNodePath(checkout.root) ?? '', { force: true })
    expect((await bootstrap('check')).output).toContain('Dependencies installed')
  })

  it('shows what npm said, and the likely cause, when installing fails', async () => {
    checkout.write('npm/behaviour.mjs', "console.error('npm error code ENOTFOUND')\nprocess.exit(1)\n")
    const outcome = await bootstrap('check')
    expect(outcome.output).toMatch(
      /Installing dependencies failed \(\d+ s\)\nnpm error code ENOTFOUND\n\nnpm ci failed \(1\)\. Likely cause: the package registry cannot be reached/,
    )
    expect(outcome.code).toBe(1)
    expect(existsSync(join(checkout.root, '.cache', 'install.lock'))).toBe(false)
  })

  it.skipIf(process.platform === 'win32')('ends npm before it gives the lock back when it is interrupted', async () => {
    checkout.write(
      'npm/behaviour.mjs',
      "import { writeFileSync } from 'node:fs'\nwriteFileSync('ready', '')\nsetInterval(() => {}, 1000)\n",
    )
    const child = spawn(process.execPath, [checkout.bootstrap, 'check'], { cwd: checkout.root, env: checkout.env })
    const ended = once(child, 'close')
    let output = ''
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8')
    })
    await vi.waitUntil(() => existsSync(join(checkout.root, 'ready')), { timeout: 60_000 })
    child.kill('SIGTERM')
    expect(await ended).toEqual([1, null])
    expect(output).toMatch(
      /Installing dependencies was interrupted \(\d+ s\)\nRun the same command again to finish it\.\n$/,
    )
    expect(existsSync(join(checkout.root, '.cache', 'install.lock'))).toBe(false)
  })

  it('lets one of several install and the others wait', async () => {
    const outcomes = await Promise.all([bootstrap('check'), bootstrap('check'), bootstrap('check')])
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ code: 0, output: expect.stringMatching(/checked\n$/) })
    expect(checkout.installCount()).toBe(1)
  })

  it('takes over from an installer that has died', async () => {
    checkout.write('.cache/install.lock', JSON.stringify({ pid: DEAD_PID, host: hostname() }))
    expect((await bootstrap('check')).output).toContain('Dependencies installed')
  })

  it('takes over from an installer on another machine that has been silent for too long', async () => {
    checkout.write('.cache/install.lock', JSON.stringify({ pid: 1, host: 'another-machine' }))
    const longAgo = new Date(Date.now() - 2 * SILENCE_LIMIT_MS)
    utimesSync(join(checkout.root, '.cache', 'install.lock'), longAgo, longAgo)
    expect((await bootstrap('check')).output).toContain('Dependencies installed')
  })

  it('says whom it waits for', async () => {
    checkout.write('.cache/install.lock', JSON.stringify({ pid: process.pid, host: hostname() }))
    const child = spawn(process.execPath, [checkout.bootstrap, 'check'], { cwd: checkout.root, env: checkout.env })
    const [line] = await once(child.stderr, 'data')
    expect(String(line)).toBe(`Waiting for process ${process.pid} on ${hostname()}, which installs the dependencies\n`)
    rmSync(join(checkout.root, '.cache', 'install.lock'))
    expect((await once(child, 'exit'))[0]).toBe(0)
  })

  it('passes arguments, the source condition and the exit code on', async () => {
    checkout.write(
      'scripts/check.ts',
      'console.log(JSON.stringify([process.argv.slice(2), process.execArgv]))\nprocess.exitCode = 42\n',
    )
    const { code, output } = await bootstrap('check', 'two words', '--flag', '')
    expect(output.trimEnd().split('\n').at(-1)).toBe(
      JSON.stringify([
        ['two words', '--flag', ''],
        ['--conditions=source', '--disable-warning=ExperimentalWarning'],
      ]),
    )
    expect(code).toBe(42)
  })

  it.skipIf(process.platform === 'win32').each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'passes %s on and ends the same way',
    async (signal) => {
      checkout.write(
        'scripts/check.ts',
        `process.on('${signal}', () => { console.log('stopping'); process.exit(7) })\nconsole.log('ready')\nsetInterval(() => {}, 1000)\n`,
      )
      const child = spawn(process.execPath, [checkout.bootstrap, 'check'], { cwd: checkout.root, env: checkout.env })
      let output = ''
      await new Promise<void>((resolve) => {
        child.stdout.on('data', (chunk: Buffer) => {
          output += chunk.toString('utf8')
          if (output.includes('ready')) resolve()
        })
      })
      child.kill(signal)
      expect(await once(child, 'close')).toEqual([7, null])
      expect(output).toBe('ready\nstopping\n')
    },
  )

  it.skipIf(process.platform === 'win32')('dies of the signal that the task died of', async () => {
    checkout.write('scripts/check.ts', "process.kill(process.pid, 'SIGTERM')\nsetInterval(() => {}, 1000)\n")
    expect(await bootstrap('check')).toMatchObject({ code: null, signal: 'SIGTERM' })
  })

  it('says in one line that a task is not there yet', async () => {
    expect(await bootstrap('testnet')).toEqual({
      code: 1,
      signal: null,
      output: 'npm run testnet: not part of this version yet (packages/cli/src/commands/testnet.ts does not exist).\n',
    })
    expect(checkout.installCount()).toBe(0)
  })

  it('names the tasks when asked for another', async () => {
    expect((await bootstrap('chekc')).output).toMatch(/^Unknown task "chekc"\. Known: test, spec, check, .+\.\n$/)
  })
})
