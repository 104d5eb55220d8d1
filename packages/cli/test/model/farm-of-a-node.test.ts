import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { networkParamsToJson } from '@poai/core'
import { easyDevnet } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { runCli } from '../../src/index.ts'
import { createRpcClient } from '../../src/rpc-client/open-rpc-client.ts'
import { createTestTerminal, type TestTerminal } from '../support/test-terminal.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const PAYEE = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
/** A node loads a model and tests itself before it serves. */
const START_LIMIT_MS = 60_000
const LOOK_EVERY_MS = 100

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'poai-farm-'))
  await writeFile(join(folder, 'easy.json'), JSON.stringify(networkParamsToJson(easyDevnet)))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** A node that does not mine, as a process, once it answers. */
async function startNode(): Promise<ChildProcess> {
  const settings = ['--home', folder, '--data-dir', join(folder, 'data'), '--network', join(folder, 'easy.json')]
  const args = ['node', ...settings, '--no-p2p', '--workers', '1', '--beneficiary', PAYEE, '--log-level', 'warn']
  const node = spawn(process.execPath, [...process.execArgv, MAIN, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
  onTestFinished(() => void node.kill('SIGKILL'))
  const limit = performance.now() + START_LIMIT_MS
  while ((await headNumber().catch(() => undefined)) === undefined) {
    if (node.exitCode !== null || performance.now() > limit) throw new Error('the node does not answer')
    await delay(LOOK_EVERY_MS)
  }
  return node
}

async function end(node: ChildProcess, signal: 'SIGKILL' | 'SIGINT'): Promise<unknown> {
  node.kill(signal)
  const [code] = await once(node, 'exit')
  return code
}

async function headNumber(): Promise<number> {
  const client = createRpcClient(join(folder, 'data', 'poai.ipc'))
  try {
    return Number(await client.call('eth_blockNumber', []))
  } finally {
    client.close()
  }
}

function answers(terminal: TestTerminal): number {
  return terminal.outText().split('"verdict":"accepted"').length - 1
}

it('a second process mines for a node, which is killed and started again', async () => {
  const first = await startNode()
  const terminal = createTestTerminal()
  const words = [
    'mine',
    '--home',
    folder,
    '--data-dir',
    join(folder, 'data'),
    '--workers',
    '1',
    '--blocks',
    '4',
    '--json',
  ]
  const mining = runCli(words, {
    terminal,
    environment: {},
    signal: new AbortController().signal,
    version: '0.0.0',
  })
  while (answers(terminal) === 0) await delay(LOOK_EVERY_MS)
  await end(first, 'SIGKILL')
  const second = await startNode()
  expect(await mining).toBe(0)
  expect(await headNumber()).toBeGreaterThanOrEqual(4)
  expect(terminal.outText()).not.toContain('"verdict":"invalid"')
  expect(await end(second, 'SIGINT')).toBe(0)
})
