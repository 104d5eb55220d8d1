import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyMessage, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../../src/index.ts'
import { createTestTerminal } from '../support/test-terminal.ts'

const WORDS = 'test test test test test test test test test test test junk'
const DEV_0 = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const DEV_1 = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'

let home: string
let passwordFile: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'poai-wallet-'))
  passwordFile = await file('password.txt', 'correct horse\nsecond line\n')
})
afterAll(() => rm(home, { recursive: true }))

async function file(name: string, text: string): Promise<string> {
  const path = join(home, name)
  await writeFile(path, text)
  return path
}

async function run(...args: string[]): Promise<{ exitCode: number; out: string; err: string }> {
  const terminal = createTestTerminal()
  const context = { terminal, environment: { POAI_HOME: home }, signal: new AbortController().signal, version: '1' }
  const exitCode = await runCli(['wallet', ...args], context)
  return { exitCode, out: terminal.outText(), err: terminal.errText() }
}

async function json(...args: string[]): Promise<Record<string, string>> {
  const { exitCode, out } = await run(...args, '--json')
  expect(exitCode, out).toBe(0)
  return JSON.parse(out)
}

describe('poai wallet', () => {
  it('has no keys at first, and says how to make one', async () => {
    expect((await run('list')).out).toContain('poai wallet new')
    expect(await run('sign', 'x', '--password-file', passwordFile)).toMatchObject({ exitCode: 2 })
  })

  it('makes a key that only its owner can read, and that every wallet can', async () => {
    const { address = '', path = '' } = await json('new', '--password-file', passwordFile)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(join(home, 'keystore'))).mode & 0o777).toBe(0o700)
    const text = await readFile(path, 'utf8')
    expect(JSON.parse(text).version).toBe(3)
    const wallet = await Wallet.fromEncryptedJson(text, 'correct horse')
    expect(wallet.address).toBe(address)
    expect(text.toLowerCase()).not.toContain(wallet.privateKey.slice(2))
  })

  it('signs with the only key, and what it signs can be checked', async () => {
    const { address, signature = '' } = await json('sign', 'It is me', '--password-file', passwordFile)
    expect(verifyMessage('It is me', signature)).toBe(address)
  })

  it('refuses a wrong password with code 1', async () => {
    const wrong = await file('wrong.txt', 'battery staple\n')
    expect(await run('sign', 'x', '--password-file', wrong)).toMatchObject({
      exitCode: 1,
      out: '',
      err: 'error: the password is wrong\n',
    })
  })

  it('takes keys from hexadecimal, words and development accounts, each once', async () => {
    const words = await file('words.txt', `${WORDS}\n`)
    const secret = ['--password-file', passwordFile]
    expect((await json('import', '--mnemonic-file', words, '--index', '1', ...secret))['address']).toBe(DEV_1)
    expect((await json('import', '--dev', '0', ...secret))['address']).toBe(DEV_0)
    const key = await file('key.txt', `${Wallet.fromPhrase(WORDS).privateKey.slice(2)}\n`)
    const again = await run('import', '--key-file', key, ...secret)
    expect(again).toMatchObject({ exitCode: 2, out: '' })
    expect(again.err).toContain(`the key of ${DEV_0} is stored already`)
    const { keys } = await json('list')
    expect(keys).toHaveLength(3)
    expect((await json('sign', 'x', '--from', DEV_1.toLowerCase(), ...secret))['address']).toBe(DEV_1)
  })

  it('takes the keystore file of another wallet', async () => {
    const foreign = Wallet.createRandom()
    const path = await file('foreign.json', foreign.encryptSync('correct horse'))
    expect((await json('import', path, '--password-file', passwordFile))['address']).toBe(foreign.address)
  })

  it.each([
    [['import', '--key-file', 'bad-key.txt'], 2, 'this is not a private key'],
    [['import', '--mnemonic-file', 'bad-words.txt'], 2, 'this is not a BIP-39'],
    [['import', '--dev', '0', '--key-file', 'bad-key.txt'], 2, 'several keys are named'],
    [['import', '--dev', '99'], 2, 'no development account 99'],
    [['import', 'bad-words.txt'], 3, 'not a keystore of version 3'],
    [['import', 'missing.json'], 3, 'cannot read'],
    [['new', '--password-file', 'missing.txt'], 3, 'cannot read'],
    [['new', '--password-file', 'empty.txt'], 2, 'an empty password'],
    [['sign', 'x', '--from', '0x12'], 2, 'expected an address'],
    [['sign', 'x', '--from', DEV_0.replace('f', 'F')], 2, 'expected an address'],
    [['sign', 'x'], 2, 'choose one: --from ADDRESS'],
    [['sign', 'x', '--dev', '0', '--from', DEV_0], 2, 'name two different keys'],
    [['send', DEV_0, '-1'], 2, 'expected coins like 1.5'],
    [['send', DEV_0, '1e3'], 2, 'expected coins like 1.5'],
    [['send', DEV_0, '0.0000000000000000001'], 2, 'expected coins like 1.5'],
    [['send', DEV_0, '1', '--data', '0x123'], 2, 'even number'],
    [['balance', 'nobody'], 2, 'expected an address'],
  ])('%j ends with code %d: %s', async (args, exitCode, text) => {
    await file('bad-key.txt', `0x${'f'.repeat(64)}\n`)
    await file('bad-words.txt', 'one two three\n')
    await file('empty.txt', '\n')
    const paths = args.map((arg) => (/\.(txt|json)$/.test(arg) ? join(home, arg) : arg))
    const hasPassword = args.includes('--password-file') || args[0] === 'balance'
    const result = await run(...paths, ...(hasPassword ? [] : ['--password-file', passwordFile]))
    expect(result.err).toContain(text)
    expect(result.err).not.toContain('ffffffff')
    expect(result).toMatchObject({ exitCode, out: '' })
  })

  it('leaves no plain text behind', async () => {
    const folder = join(home, 'keystore')
    for (const name of await readdir(folder)) {
      expect(Object.keys(JSON.parse(await readFile(join(folder, name), 'utf8')))).not.toContain('x-ethers')
    }
  })
})
