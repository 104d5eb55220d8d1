import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCli } from '../../src/index.ts'
import { createTestTerminal } from '../support/test-terminal.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'poai-node-config-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

async function poai(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<{ code: number; out: string; err: string }> {
  const terminal = createTestTerminal()
  const signal = new AbortController().signal
  const code = await runCli(args, {
    terminal,
    environment: { POAI_HOME: folder, ...environment },
    signal,
    version: '0.0.0',
  })
  return { code, out: terminal.outText(), err: terminal.errText() }
}

it('lists every fault and starts nothing', async () => {
  const file = join(folder, 'bad.json')
  await writeFile(file, JSON.stringify({ p2p: { prot: 1 } }))
  const { code, err } = await poai(['node', '--config', file, '--workers', '0', '--mine'], { POAI_KEEP: 'all' })
  expect(code).toBe(2)
  expect(err).toContain('error: 3 faults in the configuration:')
  expect(err).toContain('p2p.prot: expected one of enabled, host, port')
  expect(err).toContain('  POAI_KEEP: expected archive, full, light; got "all"\n')
  expect(err).toContain('  --workers: expected a whole number from 1 to 256; got "0"\n')
})

it('shows values and where they come from, without secrets', async () => {
  const file = join(folder, 'good.json')
  await writeFile(file, JSON.stringify({ p2p: { port: 1234, mdns: false } }))
  const args = ['node', '--print-config', '--config', file, '--mdns', '--log-level', 'debug']
  const { code, out } = await poai(args, { POAI_RPC_TOKEN: 'hunter2-hunter2-hunter2' })
  expect(code).toBe(0)
  expect(out).toMatch(/^p2p\.port +1234 +file$/m)
  expect(out).toMatch(/^p2p\.mdns +true +flag$/m)
  expect(out).toMatch(/^log\.level +"debug" +flag$/m)
  expect(out).toMatch(/^rpc\.token +"\[redacted\]" +environment$/m)
  expect(out).not.toContain('hunter2')
})

it.each([
  ['a flag that does not exist', ['--p2p-prot', '1'], 2],
  ['a file that is not there', ['--config', '/nowhere.json'], 3],
  ['a network that is not there', ['--network', 'nonet'], 2],
])('refuses %s', async (_what, args, code) => {
  expect((await poai(['node', ...args])).code).toBe(code)
})

it('refuses a file that is not JSON', async () => {
  const file = join(folder, 'text.json')
  await writeFile(file, 'port = 1')
  const { code, err } = await poai(['node', '--config', file])
  expect(code).toBe(2)
  expect(err).toContain('is not JSON')
})

it('says in its help what every setting is called', async () => {
  const { code, out } = await poai(['node', '--help'])
  expect(code).toBe(0)
  expect(out).toContain('--no-mdns')
  expect(out).not.toContain('  --mdns')
  expect(out).toContain('env: POAI_P2P_PORT')
})
