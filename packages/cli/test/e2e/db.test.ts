import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { appendFile, readFile, stat, truncate } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { concatBytes, genesisHash, silentLogger, uintToBytes } from '@poai/core'
import { createBlockStore, openDatabase, RETENTIONS, TABLES, writeFinalBlock } from '@poai/storage'
import { testNetwork } from '@poai/testing/chain'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DataDirectory } from '../../src/data-directory.ts'
import { withReplayingChain } from '../../src/db/with-replaying-chain.ts'
import { runCli } from '../../src/index.ts'
import { type GeneratedData, generateData } from '../support/generated-data.ts'
import { createTestTerminal } from '../support/test-terminal.ts'

const LENGTH = 30
/** The record of how far back things are kept. */
const HORIZONS = Uint8Array.of(0x03)
/** More than can be rolled back, which is kept in every mode. */
const PRUNABLE_LENGTH = 1040

interface Run {
  readonly exitCode: number
  readonly out: string
  readonly err: string
}

let data: GeneratedData
let directory: DataDirectory

beforeAll(async () => {
  data = await generateData({ length: LENGTH })
  directory = await data.directory(LENGTH)
})
afterAll(() => data.remove())

async function db(args: readonly string[], signal: AbortSignal = new AbortController().signal): Promise<Run> {
  const terminal = createTestTerminal()
  const environment = { POAI_HOME: data.path('home') }
  const exitCode = await runCli(['db', ...args], { terminal, environment, signal, version: '9.9.9' })
  return { exitCode, out: terminal.outText(), err: terminal.errText() }
}

function inData(...args: string[]): Promise<Run> {
  return db([...args, '--data-dir', directory.path])
}

/** The command as a process of its own. */
function poaiDb(...args: string[]): Run {
  const bin = fileURLToPath(new URL('../../bin/poai.mjs', import.meta.url))
  const env = { ...process.env, POAI_HOME: data.path('home') }
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'db', ...args], { encoding: 'utf8', env })
  return { exitCode: status ?? -1, out: stdout, err: stderr }
}

async function change(changes: readonly { readonly key: Uint8Array; readonly value: Uint8Array | undefined }[]) {
  const { store, close } = await openDatabase(directory.chain, { genesisHash: genesisHash(testNetwork) })
  await store.write(changes, { sync: true })
  await close()
}

describe('poai db check', () => {
  test('of a sound database is clean, deep and quick', async () => {
    const deep = await inData('check', '--json')
    expect(JSON.parse(deep.out)).toEqual({
      clean: true,
      network: 'generated',
      database: directory.chain,
      depth: 'deep',
      blocks: LENGTH + 1,
      accounts: expect.any(Number),
      faults: [],
    })
    expect(deep.exitCode).toBe(0)
    const quick = await inData('check', '--quick')
    expect(quick).toMatchObject({ exitCode: 0, err: '' })
    expect(quick.out).toMatch(/^network {3}generated, genesis 0x[0-9a-f]{64}\n.*\nblocks {4}31\nfaults {4}none\n$/)
  })

  test('lists what is wrong, with code 1', async () => {
    const { store, close } = await openDatabase(directory.chain, { genesisHash: genesisHash(testNetwork) })
    const bodies: { key: Uint8Array; value: Uint8Array }[] = []
    for await (const [key, value] of store.entries({ gte: Uint8Array.of(0x12), lt: Uint8Array.of(0x13), limit: 2 }))
      bodies.push({ key, value })
    await close()
    await change(bodies.map(({ key }) => ({ key, value: undefined })))
    const text = await inData('check')
    expect(text).toMatchObject({ exitCode: 1, err: 'error: 2 faults found\n' })
    expect(text.out.match(/missing +no bodies of block \d+ +0x12/g)).toHaveLength(2)
    const json = await inData('check', '--quick', '--json')
    expect(json).toMatchObject({ exitCode: 1, err: '' })
    expect(JSON.parse(json.out)).toMatchObject({ clean: false, faults: [{ kind: 'missing' }, { kind: 'missing' }] })
    await change(bodies)
    expect((await inData('check')).exitCode).toBe(0)
  })

  test('names the process that has the database', async () => {
    const { close } = await openDatabase(directory.chain, { genesisHash: genesisHash(testNetwork) })
    const { exitCode, out, err } = poaiDb('check', '--data-dir', directory.path)
    await close()
    expect({ exitCode, out }).toEqual({ exitCode: 3, out: '' })
    expect(err).toContain(`process ${process.pid} on `)
    expect(err).toContain('hint:     stop the other process')
  })

  test('makes no database where there is none', async () => {
    const path = data.path('nowhere')
    const { exitCode, err } = await db(['check', '--data-dir', path])
    expect(exitCode).toBe(3)
    expect(err).toContain(`there is no chain in ${path}`)
    expect(existsSync(path)).toBe(false)
    expect((await db(['check'])).err).toContain(`there is no chain in ${data.path('home')}/devnet`)
  })

  test('of another network is wrong usage', async () => {
    const { exitCode, err } = await inData('check', '--network', 'devnet')
    expect(exitCode).toBe(2)
    expect(err).toContain('expected: genesis 0x')
  })
})

test('poai db size shows the tables, and counts on demand', async () => {
  const { out } = await inData('size', '--json')
  const { tables, diskBytes, head } = JSON.parse(out)
  expect({ head, tables: tables.length }).toEqual({ head: LENGTH, tables: Object.keys(TABLES).length })
  expect(diskBytes).toBeGreaterThan(10_000)
  const counted = await inData('size', '--count', '--json')
  const headers = JSON.parse(counted.out).tables.find(({ table }: { table: string }) => table === 'headers')
  expect(headers).toMatchObject({ records: LENGTH + 1, contentBytes: expect.any(Number) })
  expect((await inData('size')).out).toMatch(/^TABLE +ON DISK\n/)
})

test('poai db compact says what it was worth, and the database is sound', async () => {
  const { exitCode, out } = await inData('compact', '--json')
  expect(exitCode).toBe(0)
  const { before, after } = JSON.parse(out)
  const count = Object.keys(TABLES).length
  expect([before.tables.length, after.tables.length]).toEqual([count, count])
  expect((await inData('check')).exitCode).toBe(0)
})

describe('poai db drop-finality', () => {
  async function markFinal(number: bigint): Promise<void> {
    const { store, committer, close } = await openDatabase(directory.chain, { genesisHash: genesisHash(testNetwork) })
    const hash = createBlockStore(store, data.codecs).canonicalHash(number)
    if (hash === undefined) throw new RangeError(`no block ${number}`)
    const batch = committer.begin()
    writeFinalBlock(batch, { number, hash })
    await committer.commit(batch, { sync: true })
    await close()
  }

  async function finalNumber(): Promise<bigint> {
    const dependencies = { evaluator: data.evaluator, retention: RETENTIONS.archive, logger: silentLogger }
    return withReplayingChain(directory, dependencies, async (chain) => chain.finalized().number)
  }

  test('takes finality back to the genesis block, and says what that means', async () => {
    await markFinal(20n)
    expect(await finalNumber()).toBe(20n)
    const run = await inData('drop-finality')
    expect(run).toMatchObject({ exitCode: 0, err: '' })
    expect(run.out).toMatch(/head +block 30\nwas final +up to block 20\nis final +only the genesis block/)
    expect(run.out).toContain('Every block can be rolled back.')
    expect(await finalNumber()).toBe(0n)
    const again = await inData('drop-finality', '--json')
    expect(JSON.parse(again.out)).toMatchObject({ head: 30, before: { number: 0 }, after: { number: 0 } })
    expect((await inData('check')).exitCode).toBe(0)
  })

  test('leaves what cannot be rolled back, and says how far that is', async () => {
    await change([{ key: HORIZONS, value: concatBytes(...[0n, 9n, 0n, 0n].map((number) => uintToBytes(number, 8))) }])
    await markFinal(20n)
    const run = await inData('drop-finality')
    expect(run.out).toMatch(/is final +up to block 9\n\nBlocks up to 9 have no undo records/)
    expect(await finalNumber()).toBe(9n)
    await change([{ key: HORIZONS, value: undefined }])
  })

  test('needs a node that is stopped', async () => {
    const { close } = await openDatabase(directory.chain, { genesisHash: genesisHash(testNetwork) })
    const run = poaiDb('drop-finality', '--data-dir', directory.path)
    await close()
    expect(run.exitCode).toBe(3)
    expect(run.err).toContain('is open in another process')
  })
})

describe('poai db prune', () => {
  test('forgets old states, and the database is sound', async () => {
    const long = await generateData({ length: PRUNABLE_LENGTH, planOf: () => ({}) })
    try {
      const { path } = await long.directory(PRUNABLE_LENGTH)
      const { exitCode, out } = await db(['prune', '--keep', 'light', '--compact', '--json', '--data-dir', path])
      expect(exitCode).toBe(0)
      expect(JSON.parse(out)).toMatchObject({
        head: PRUNABLE_LENGTH,
        before: { history: 0, undo: 0, blocks: 0, branches: 0 },
        after: { history: 16, undo: 16, blocks: 0, branches: 16 },
      })
      expect((await db(['check', '--data-dir', path])).exitCode).toBe(0)
    } finally {
      await long.remove()
    }
  })

  test('has to be told what to keep', async () => {
    const { exitCode, err } = await inData('prune')
    expect(exitCode).toBe(2)
    expect(err).toContain("required option '--keep <mode>' not specified")
  })
})

describe('poai db export', () => {
  test('writes what can be read back, and continues a file that was cut or has another end', async () => {
    const path = data.path('chain.poai')
    const first = await inData('export', path, '--json')
    expect(first.exitCode).toBe(0)
    expect(JSON.parse(first.out)).toMatchObject({ first: 1, last: LENGTH, written: LENGTH, verified: true })
    const whole = await readFile(path)
    await truncate(path, Math.floor(whole.length / 2))
    const second = await inData('export', path, '--json')
    expect(JSON.parse(second.out).written).toBeLessThan(LENGTH)
    expect(await readFile(path)).toEqual(whole)
    await appendFile(path, 'more')
    expect(JSON.parse((await inData('export', path, '--json')).out).written).toBe(0)
    expect(await readFile(path)).toEqual(whole)
  })

  test('an export that was begun keeps its range while the chain grows', async () => {
    const path = data.path('begun.poai')
    expect((await inData('export', path, '--to', '12')).exitCode).toBe(0)
    const again = await inData('export', path)
    expect(again.out).toContain('blocks 1 to 12 of generated')
    expect(again.out).toContain('The head is block 30: export the rest to a second file, with --from 13')
  })

  test.each([
    [['--from', '31'], 2, 'block 31 comes after block 30'],
    [['--to', '31'], 2, 'the head is block 30'],
    [['--from', '9', '--to', '8'], 2, 'block 9 comes after block 8'],
    [['--from', '0'], 2, 'expected a whole number from 1'],
  ])('%j is refused', async (args, code, text) => {
    const { exitCode, err } = await inData('export', data.path('refused.poai'), ...args)
    expect({ exitCode, hasText: err.includes(text) }).toEqual({ exitCode: code, hasText: true })
  })

  test('leaves a file alone that is something else', async () => {
    const path = data.path('letter.txt')
    await appendFile(path, 'Dear operator, …')
    expect((await inData('export', path)).exitCode).toBe(1)
    expect((await stat(path)).size).toBe(18)
  })
})

test('poai db import refuses the file of another network before it starts anything', async () => {
  const path = data.path('foreign.poai')
  await inData('export', path)
  const { exitCode, err } = await db(['import', path, '--network', 'devnet', '--data-dir', data.path('fresh')])
  expect(exitCode).toBe(2)
  expect(err).toContain('is of the network generated')
  expect(existsSync(data.path('fresh'))).toBe(false)
})

test.each([['check'], ['size', '--count'], ['compact'], ['export', 'FILE']])(
  'poai db %s stops at once when it is interrupted',
  async (...args) => {
    const path = data.path('interrupted.poai')
    const named = args.map((arg) => (arg === 'FILE' ? path : arg))
    const { exitCode, out } = await db([...named, '--data-dir', directory.path], AbortSignal.abort())
    expect({ exitCode, out }).toEqual({ exitCode: 130, out: '' })
    expect((await inData('check', '--quick')).exitCode).toBe(0)
  },
)

test.each(['check', 'size', 'compact', 'prune', 'export', 'import', 'bad-blocks', 'drop-finality'])(
  'poai db %s has help with examples',
  async (name) => {
    const { exitCode, out } = await db([name, '--help'])
    expect(exitCode).toBe(0)
    expect(out).toMatch(/Examples:\n {2}\$ poai db /)
    expect(out).toContain('--data-dir <directory>')
  },
)
