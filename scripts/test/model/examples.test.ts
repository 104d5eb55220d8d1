import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { networkParamsToJson } from '@poai/core'
import { callingNetwork } from '@poai/testing/chain'
import { chromium } from 'playwright-core'
import { createServer } from 'vite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { chromiumForTests } from '../../../packages/explorer/test/support/find-chromium.ts'
import { CHECKOUT } from '../support/copy-checkout.ts'

type Program = ChildProcessByStdio<null, Readable, Readable>

const EXAMPLES = join(CHECKOUT, 'examples')
const PAYEE = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const executablePath = chromiumForTests()

let folder: string
let node: Program
let url: string
/** The farm worker of the examples: it mines for all of them. */
let worker: Program
let workerOutput = ''

/** Runs a source file or `poai` as people of a checkout do. */
function start(path: string, args: readonly string[]): Program {
  const flags = ['--conditions=source', '--disable-warning=ExperimentalWarning']
  return spawn(process.execPath, [...flags, path, ...args], {
    // The worker keeps the model in a folder of its user.
    env: { ...process.env, HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Resolves with what the pattern finds in what a program says; rejects when it ends before. */
function heard(program: Program, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    for (const stream of [program.stdout, program.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += String(chunk)
        const found = pattern.exec(said)
        if (found !== null) resolve(found[1] ?? '')
      })
    }
    program.once('close', () => reject(new Error(`it ended, and said: ${said}`)))
  })
}

async function end(child: Program | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'close')
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'poai-examples-'))
  const network = join(folder, 'network.json')
  await writeFile(network, JSON.stringify(networkParamsToJson(callingNetwork)))
  node = start(join(CHECKOUT, 'packages/cli/src/main.ts'), [
    ...['node', '--home', folder, '--data-dir', join(folder, 'data'), '--network', network, '--no-p2p'],
    ...['--workers', '1', '--engine', 'wasm', '--beneficiary', PAYEE, '--http-port', '0', '--http-cors', '*'],
    ...['--log-format', 'json'],
  ])
  url = await heard(node, /"http":"([^"]+)"/)
  worker = start(join(EXAMPLES, 'farm-worker/worker.ts'), [url])
  worker.stdout.on('data', (chunk: Buffer) => {
    workerOutput += String(chunk)
  })
  await heard(worker, /block \d+: accepted/)
})

afterAll(async () => {
  await end(worker)
  await end(node)
  await rm(folder, { recursive: true, force: true })
})

it('the farm worker finds blocks that the node accepts', () => {
  expect(workerOutput).toMatch(/^example works with quiz-1\nblock \d+: accepted\n/)
  expect(workerOutput).not.toContain('invalid')
})

it('the dapp deploys, calls and reads', async () => {
  const dapp = start(join(EXAMPLES, 'viem-dapp/dapp.ts'), [url])
  const [out, err] = await Promise.all([text(dapp.stdout), text(dapp.stderr)])
  expect(err).toBe('')
  expect(out).toMatch(/^deployed 0x[0-9a-fA-F]{40} in block \d+\ncall 1: success, \d+ gas\ncall 2: success, \d+ gas\n/)
  expect(out).toMatch(/^count is 2\nblock \d+: Incremented by 0xf39F\w+ to 1\nblock \d+: Incremented by \w+ to 2\n/m)
  expect(out).toMatch(/^the model answered .+, right is .+$/m)
})

it.each(['ask-viem.ts', 'ask-ethers.ts'])('%s gets an answer of the model', async (name) => {
  const program = start(join(EXAMPLES, 'call-model', name), [url, '17 + 25?'])
  const [out, err] = await Promise.all([text(program.stdout), text(program.stderr)])
  expect(err).toBe('')
  expect(out).toMatch(/^42 \(3 tokens, root 0x[0-9a-f]{64}\)\n$/)
})

it.skipIf(executablePath === undefined)('the page verifies an exam in the browser', async () => {
  const server = await createServer({
    configFile: join(EXAMPLES, 'exam-in-browser/vite.config.ts'),
    cacheDir: join(folder, 'vite'),
    logLevel: 'error',
    resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
    server: { host: '127.0.0.1', port: 0 },
  })
  await server.listen()
  const browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    await page.goto(`${server.resolvedUrls?.local[0]}?node=${url}&block=1`)
    const verdict = page.getByRole('status').filter({ hasText: /✓|✗/ })
    await verdict.waitFor({ timeout: 60_000 })
    expect(await verdict.innerText()).toMatch(/^✓ block 1: the same bits as its miner, in \d+ ms$/)
    expect(await page.locator('#exam').innerText()).toContain('Q: ')
  } finally {
    await browser.close()
    await server.close()
  }
})
