import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_P2P_PORT } from '@poai/p2p'
import { hasProgramForTests, prepareProgramCache } from '@poai/testing'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { runCli } from '../../src/index.ts'
import { createTestTerminal } from '../support/test-terminal.ts'

const PATH = process.env['PATH']
const canCompile = hasProgramForTests(['cc', 'gcc', 'clang'], 'apt-get install gcc')
/** Not the usual ones: a node may run on this machine. */
const PORTS = ['--port', '43998', '--port', '43999']
let home: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'poai-doctor-'))
})
afterEach(() => {
  process.env['PATH'] = PATH
})
afterAll(() => rm(home, { recursive: true, force: true }))

async function run(...args: readonly string[]): Promise<{ readonly exitCode: number; readonly text: string }> {
  const terminal = createTestTerminal()
  const context = { terminal, environment: { POAI_HOME: home }, signal: new AbortController().signal, version: '1' }
  const exitCode = await runCli(['doctor', ...args], context)
  return { exitCode, text: terminal.outText() }
}

async function doctor(...args: readonly string[]): Promise<string> {
  const { exitCode, text } = await run(...PORTS, ...args)
  expect(exitCode, text).toBe(0)
  return text
}

it('says what to install where there is no compiler, and that WebAssembly serves', async () => {
  process.env['PATH'] = home
  const { healthy, checks, engines } = JSON.parse(await doctor('--json'))
  expect(healthy).toBe(true)
  expect(engines).toMatchObject([{ program: 'wasm', isChosen: true, examsPerSecond: expect.any(Number) }])
  const compiler = checks.find(({ name }: { readonly name: string }) => name === 'C compiler')
  expect(checks.at(-1)).toMatchObject({ name: 'llama.cpp', ok: true, found: expect.stringContaining('not built') })
  expect(compiler).toMatchObject({ ok: true, found: expect.stringMatching(/^none.*apt install gcc/) })
})

it('looks at the ports that a node takes, unless others are named', async () => {
  // They may be in use here, so the outcome is open.
  const { checks } = JSON.parse((await run('--json')).text)
  const names: readonly string[] = checks.map(({ name }: { readonly name: string }) => name)
  expect(names.filter((name) => name.startsWith('port '))).toEqual(['port 8545', `port ${DEFAULT_P2P_PORT}`])
})

it.skipIf(!canCompile)('chooses the native program where it is built, and measures the others too', async () => {
  await cp(await prepareProgramCache(), join(home, 'cache/engine'), { recursive: true })
  const text = await doctor()
  expect(text).toMatch(/ok {5}native +portable-1, [0-9]{3} exams, [0-9]+ exams\/s a worker \(.*\): what a node runs/)
  expect(text).toMatch(/ok {5}WebAssembly +portable-1, [0-9]{3} exams, [0-9]+ exams\/s a worker \([^)]*\)\n/)
})
