import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestnetSummary } from '@poai/testnet'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'poai-testnet-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

interface Run {
  readonly exitCode: number | null
  readonly out: string
  readonly err: string
}

interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Run>
  /** Resolves when the error output holds the text. */
  saw(text: string): Promise<void>
  /** What it has written to its standard output so far. */
  out(): string
}

function start(...args: string[]): Running {
  return startIn({}, ...args)
}

function startIn(environment: NodeJS.ProcessEnv, ...args: string[]): Running {
  const flags = ['--conditions=source', '--disable-warning=ExperimentalWarning']
  const child = spawn(process.execPath, [...flags, main, ...args], {
    env: { ...process.env, POAI_HOME: home, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // A test that fails must not leave a network that mines. Nodes end with the process that started them.
  onTestFinished(() => void child.kill('SIGKILL'))
  const text = { out: '', err: '' }
  const { promise: ended, resolve, reject } = Promise.withResolvers<Run>()
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.out += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.err += chunk
    child.emit('said')
  })
  child.once('error', reject)
  child.once('close', (exitCode) => resolve({ exitCode, ...text }))
  const saw = (wanted: string): Promise<void> =>
    new Promise((found, missed) => {
      const look = (): void => {
        if (text.err.includes(wanted)) found()
      }
      child.on('said', look)
      void ended.then(() => missed(new Error(`ended without saying ${wanted}: ${text.err}`)))
      look()
    })
  return { child, ended, saw, out: () => text.out }
}

/** Processes that have the folder in their command line. */
async function processesOf(folder: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.filter((line) => line.includes(folder))
}

// Ports below those that systems give to outgoing connections: none of these can take one before a node listens.
const small = ['testnet', '--nodes', '3', '--spacing', '2', '--base-port', '21100', '--rpc-port', '21500']

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { exitCode, out, err } = await start(...args, '--json').ended
  expect(exitCode, `${args.join(' ')}: ${out} ${err}`).toBe(0)
  return JSON.parse(out)
}

const RECIPIENT = '0x00000000000000000000000000000000DeaDBeef'

/** What people do with a network that runs, by its socket. */
async function useNetwork(socket: string): Promise<void> {
  const at = ['--rpc', socket]
  const { hash, block } = await json('wallet', 'send', RECIPIENT, '1.5', '--dev', '0', '--wait', ...at)
  expect(block).toMatchObject({ hasFailed: false, gasUsed: 21_000 })
  expect(await json('wallet', 'balance', RECIPIENT, ...at)).toMatchObject({
    accounts: [{ address: RECIPIENT, balanceWei: '1500000000000000000' }],
  })
  expect(await json('tx', String(hash), ...at)).toMatchObject({ receipt: { status: '0x1' } })
  const { number } = block as { number: number }
  const { transactions } = await json('block', String(number), ...at)
  expect(transactions).toMatchObject([{ hash }])
  const exam = await json('exam', String(number), '--replay', '--transcript', ...at)
  expect(exam).toMatchObject({ replay: { valid: true, tokens: 160 }, transcript: { agrees: true } })
  expect((exam['quizzes'] as readonly unknown[]).length).toBeGreaterThan(1)
  expect(await json('attach', '--exec', `await balance('${RECIPIENT}')`, ...at)).toBe('1.5')
  const refused = await start('wallet', 'send', RECIPIENT, '99999999', '--dev', '1', ...at).ended
  expect(refused).toMatchObject({ exitCode: 3, err: expect.stringContaining('enough coins') })
}

/** What a browser sends for a page of an origin, and whether the answer lets the page read it. */
async function letsIn(url: string, origin: string): Promise<boolean> {
  const body = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'
  const answer = await fetch(url, { method: 'POST', headers: { origin }, body })
  return answer.status === 200 && answer.headers.get('access-control-allow-origin') === origin
}

describe('poai testnet', () => {
  it('three nodes mine five blocks and agree; a second start goes on; nothing is left running', async () => {
    const directory = join(home, 'net')
    const first = await start(...small, '--data-dir', directory, '--blocks', '5', '--json').ended
    expect(first.exitCode, `${first.out}\n${first.err}`).toBe(0)
    const summary: TestnetSummary = JSON.parse(first.out)
    expect(summary).toMatchObject({ converged: true, reason: null, startHeight: 0, everyBlockReplayed: true })
    expect(summary.blocks).toBeGreaterThanOrEqual(5)
    expect(summary.nodes.map(({ role }) => role)).toEqual(['miner', 'miner', 'rpc'])
    expect(new Set(summary.nodes.map(({ headHash }) => headHash)).size).toBe(1)
    // Miners go over to the native program when it is compiled.
    for (const { engine } of summary.nodes.slice(0, 2)) expect(['native', 'wasm']).toContain(engine)
    expect(summary.nodes[2]?.engine).toBe('wasm')
    for (const node of summary.nodes) {
      expect(node.replays + node.blocksMined).toBeGreaterThanOrEqual(summary.blocks)
      expect(node).toMatchObject({ peers: 2, failedReplays: 0 })
    }
    expect(await processesOf(directory)).toEqual([])

    const second = await start(...small, '--data-dir', directory, '--blocks', '1', '--traffic', '5', '--json').ended
    expect(second.exitCode, `${second.out}\n${second.err}`).toBe(0)
    const next: TestnetSummary = JSON.parse(second.out)
    expect(next.startHeight).toBe(summary.nodes[0]?.height)
    expect(next.block.number).toBeGreaterThan(next.startHeight)
    expect(next.traffic?.refused).toBe(0)
    expect(await processesOf(directory)).toEqual([])

    const other = await start('testnet', '--nodes', '3', '--data-dir', directory, '--blocks', '1').ended
    expect(other.exitCode).toBe(3)
    expect(other.err).toContain('holds a testnet of another network')
  })

  it('four nodes on a machine without any compiler run WebAssembly, and agree', async () => {
    const bare = await mkdtemp(join(tmpdir(), 'poai-bare-'))
    const args = ['testnet', '--spacing', '2', '--base-port', '21100', '--rpc-port', '21500', '--blocks', '3', '--json']
    const { exitCode, out, err } = await startIn({ PATH: bare, POAI_HOME: bare }, ...args).ended
    await rm(bare, { recursive: true })
    expect(exitCode, `${out}\n${err}`).toBe(0)
    const { converged, everyBlockReplayed, nodes }: TestnetSummary = JSON.parse(out)
    expect({ converged, everyBlockReplayed }).toEqual({ converged: true, everyBlockReplayed: true })
    expect(nodes.map(({ engine }) => engine)).toEqual(['wasm', 'wasm', 'wasm', 'wasm'])
    expect(err).not.toContain('llama.cpp')
  })

  it('lets the pages ask that it is told of, stops in order at Ctrl-C, and says what it came to', async () => {
    const directory = join(home, 'interrupted')
    const running = start(...small, '--data-dir', directory, '--http-cors', 'https://a.example,https://b.example')
    await running.saw('all nodes are up')
    const [, url = ''] = /^JSON-RPC +(\S+)$/m.exec(running.out()) ?? []
    const origins = ['https://a.example', 'https://b.example', 'https://c.example']
    expect(await Promise.all(origins.map((origin) => letsIn(url, origin)))).toEqual([true, true, false])
    const beside = await start(...small, '--data-dir', directory).ended
    expect(beside).toMatchObject({ exitCode: 3, err: expect.stringContaining('a testnet is running in') })
    await useNetwork(join(directory, 'node-3', 'poai.ipc'))
    running.child.kill('SIGINT')
    const { exitCode, out } = await running.ended
    expect(exitCode).toBe(0)
    expect(out).toMatch(/result +all 3 nodes follow one chain/)
    expect(await processesOf(directory)).toEqual([])
  })

  it('takes its nodes with it when it is killed', async () => {
    const directory = join(home, 'killed')
    const running = start(...small, '--nodes', '2', '--data-dir', directory)
    await running.saw('all nodes are up')
    expect((await processesOf(directory)).length).toBeGreaterThan(2)
    running.child.kill('SIGKILL')
    await running.ended
    await expect.poll(() => processesOf(directory), { timeout: 30_000 }).toEqual([])
  })

  it('says why a node did not start, and stops the others', async () => {
    const directory = join(home, 'broken')
    // Somebody's file where the database of a node belongs.
    await mkdir(join(directory, 'node-2'), { recursive: true })
    await writeFile(join(directory, 'node-2', 'chain'), 'not a database')
    const { exitCode, err } = await start(...small, '--data-dir', directory, '--blocks', '1').ended
    expect(exitCode).toBe(3)
    expect(err).toMatch(/^error: node-2 ended: .+$/m)
    expect(err).toMatch(/^ {2}hint: .+$/m)
    expect(await processesOf(directory)).toEqual([])
  })
})
