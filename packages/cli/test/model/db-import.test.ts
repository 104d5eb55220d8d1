import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { genesisHash, networkParamsToJson } from '@poai/core'
import { writeChainFile } from '@poai/storage'
import { type BenchEngine, openBenchEngine } from '@poai/testing/bench-engine'
import { testNetwork } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type GeneratedData, generateData } from '../support/generated-data.ts'

const LENGTH = 40

let bench: BenchEngine
let data: GeneratedData
let networkFile: string
let chainFile: string

beforeAll(async () => {
  bench = await openBenchEngine()
  data = await generateData({ length: LENGTH, evaluator: bench.engine })
  networkFile = data.path('generated.json')
  await writeFile(networkFile, JSON.stringify(networkParamsToJson(testNetwork)))
  chainFile = await writeFileOf(data, 'chain.poai')
})
afterAll(async () => {
  await data.remove()
  await bench.close()
})

async function writeFileOf({ blocks, codecs }: GeneratedData, name: string): Promise<string> {
  const path = data.path(name)
  const label = { network: 'generated', genesisHash: genesisHash(testNetwork), first: 1n, last: BigInt(blocks.length) }
  await writeChainFile(path, {
    ...{ label, codecs },
    blocks: async function* () {
      yield* blocks.map(({ block }) => block)
    },
  })
  return path
}

function startImport(file: string, folder: string): ChildProcess & { readonly stdout: NodeJS.ReadableStream } {
  const bin = fileURLToPath(new URL('../../bin/poai.mjs', import.meta.url))
  const args = [
    'db',
    'import',
    file,
    '--data-dir',
    data.path(folder),
    '--network',
    networkFile,
    '--json',
    '--workers',
    '1',
  ]
  const env = { ...process.env, POAI_HOME: data.path('home') }
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'inherit'], env })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function importFile(file: string, folder: string) {
  const child = startImport(file, folder)
  const [out, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return { exitCode, ...JSON.parse(out) }
}

async function databaseBytes(folder: string): Promise<number> {
  const level = join(data.path(folder), 'chain/leveldb')
  const names = await readdir(level).catch(() => [])
  const sizes = names
    .filter((name) => /\.(log|ldb)$/.test(name))
    .map((name) => stat(join(level, name)).catch(() => undefined))
  return (await Promise.all(sizes)).reduce((sum, found) => sum + (found?.size ?? 0), 0)
}

test('replays every block of a file with the real model, once', async () => {
  const head = { number: LENGTH, hash: expect.stringMatching(/^0x/) }
  expect(await importFile(chainFile, 'fresh')).toMatchObject({
    exitCode: 0,
    imported: LENGTH,
    known: 0,
    head,
    stop: null,
  })
  expect(await importFile(chainFile, 'fresh')).toMatchObject({ exitCode: 0, imported: 0, known: LENGTH, head })
  // The directory says its network from now on.
  expect(JSON.parse(await readFile(join(data.path('fresh'), 'network.json'), 'utf8')).name).toBe('generated')
})

test('ends with code 1 at damage, with all before it imported', async () => {
  const bytes = await readFile(chainFile)
  const at = bytes.length - 100
  bytes[at] = (bytes[at] ?? 0) ^ 1
  const path = data.path('damaged.poai')
  await writeFile(path, bytes)
  expect(await importFile(path, 'damaged')).toMatchObject({
    exitCode: 1,
    imported: LENGTH - 1,
    stop: { block: LENGTH, code: 'STORAGE_CHAIN_FILE_DAMAGED' },
  })
  expect(await importFile(chainFile, 'damaged')).toMatchObject({ exitCode: 0, imported: 1, known: LENGTH - 1 })
})

test('refuses work that another model did', async () => {
  const forged = await generateData({ length: 2 })
  onTestFinished(() => forged.remove())
  const path = await writeFileOf(forged, 'forged.poai')
  expect(await importFile(path, 'forged')).toMatchObject({
    exitCode: 1,
    imported: 0,
    head: { number: 0 },
    stop: { block: 1, code: expect.stringMatching(/^(WORK|REPLAY|CONSENSUS)_/) },
  })
})

test('Ctrl-C ends it cleanly, and the next import goes on', async () => {
  await mkdir(data.path('interrupted'))
  const child = startImport(chainFile, 'interrupted')
  const exited = once(child, 'exit')
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  // Some blocks are on disk when the log has grown.
  while (isRunning() && (await databaseBytes('interrupted')) < 15_000) await delay(2)
  child.kill('SIGINT')
  const [exitCode] = await exited
  expect(exitCode).toBe(130)
  const { known, imported, ...rest } = await importFile(chainFile, 'interrupted')
  expect(known).toBeGreaterThan(0)
  expect({ sum: known + imported, exitCode: rest.exitCode }).toEqual({ sum: LENGTH, exitCode: 0 })
})
