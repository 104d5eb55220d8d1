import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bytesToHex, devnet, genesisHash, parseNetworkParams } from '@poai/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../../src/index.ts'
import { createTestTerminal } from '../support/test-terminal.ts'

const ALICE = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'poai-genesis-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function run(...args: string[]): Promise<{ exitCode: number; out: string; err: string }> {
  const terminal = createTestTerminal()
  const context = { terminal, environment: { POAI_HOME: folder }, signal: new AbortController().signal, version: '1' }
  const exitCode = await runCli(['genesis', ...args], context)
  return { exitCode, out: terminal.outText(), err: terminal.errText() }
}

describe('poai genesis', () => {
  it('shows a network as a file that makes the same network', async () => {
    const { out, err } = await run('show')
    expect(genesisHash(parseNetworkParams(JSON.parse(out)))).toEqual(genesisHash(devnet))
    expect(err).toContain(bytesToHex(genesisHash(devnet)))
    const json = JSON.parse((await run('show', 'devnet', '--json')).out)
    expect(json.genesisHash).toBe(bytesToHex(genesisHash(devnet)))
  })

  it('makes a network with changes, and says how to use it', async () => {
    const file = join(folder, 'my.json')
    const changes = ['--name', 'mine', '--chain-id', '4242', '--spacing', '2', '--timestamp', '1800000000']
    const { exitCode, out } = await run('new', file, ...changes, '--account', `${ALICE}=1.5`)
    expect(exitCode).toBe(0)
    expect(out).toContain(`poai testnet --network ${file}`)
    const params = parseNetworkParams(JSON.parse(await readFile(file, 'utf8')))
    expect(params).toMatchObject({ name: 'mine', chainId: 4242n, difficulty: { spacingSeconds: 2 } })
    expect(params.genesis.timestamp).toBe(1_800_000_000n)
    expect(params.genesis.accounts.map(({ address, balance }) => [bytesToHex(address), balance])).toEqual([
      [ALICE.toLowerCase(), 1_500_000_000_000_000_000n],
    ])
    expect(params.work).toEqual(devnet.work)
  })

  it('overwrites nothing unless told to', async () => {
    const file = join(folder, 'twice.json')
    expect((await run('new', file)).exitCode).toBe(0)
    const again = await run('new', file)
    expect(again).toMatchObject({ exitCode: 2, out: '' })
    expect(again.err).toContain('--force')
    expect((await run('new', file, '--force', '--json')).exitCode).toBe(0)
  })

  it.each([
    [['my.txt'], 'does not end in .json'],
    [['a.json', '--account', 'x=1'], 'expected ADDRESS=COINS'],
    [['a.json', '--account', `${ALICE}=-1`], 'expected ADDRESS=COINS'],
    [['a.json', '--account', `${ALICE.replace('7', '8')}=1`], 'expected ADDRESS=COINS'],
    [['a.json', '--account', `${ALICE}=1`, '--account', `${ALICE}=2`], 'each entry once'],
    [['a.json', '--name', 'My Net'], 'name: expected'],
    [['a.json', '--domain', 'quantum'], 'does not know the determinism domain quantum'],
  ])('%j is wrong, and it says why', async (args, text) => {
    const { exitCode, err } = await run('new', ...args.map((arg) => (arg === 'a.json' ? join(folder, arg) : arg)))
    expect(exitCode).toBe(2)
    expect(err).toContain(text)
  })

  it('cannot write where it may not', async () => {
    expect(await run('new', join(folder, 'missing', 'a.json'))).toMatchObject({ exitCode: 3 })
  })
})
