import { readFile, writeFile } from 'node:fs/promises'
import { type Block, genesisHash, silentLogger } from '@poai/core'
import { type ChainFileLabel, RETENTIONS, writeChainFile } from '@poai/storage'
import { testNetwork } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DataDirectory } from '../../src/data-directory.ts'
import { type ImportChainFileOptions, type ImportReport, importChainFile } from '../../src/db/import-chain-file.ts'
import { withReplayingChain } from '../../src/db/with-replaying-chain.ts'
import { type GeneratedData, generateData } from '../support/generated-data.ts'

const LENGTH = 40

let data: GeneratedData

beforeAll(async () => {
  data = await generateData({ length: LENGTH })
})
afterAll(() => data.remove())

/** A file of these blocks, with the codecs of the generated network. */
async function fileOf(name: string, blocks: readonly Block[]): Promise<string> {
  const path = data.path(name)
  const [first, last] = [blocks[0]?.header.number ?? 0n, blocks.at(-1)?.header.number ?? 0n]
  const label: ChainFileLabel = { network: 'generated', genesisHash: genesisHash(testNetwork), first, last }
  await writeChainFile(path, {
    ...{ label, codecs: data.codecs },
    blocks: async function* (from) {
      yield* blocks.filter(({ header }) => header.number >= from)
    },
  })
  return path
}

interface Imported extends ImportReport {
  readonly head: bigint
}

function importInto(directory: DataDirectory, path: string, options?: ImportChainFileOptions): Promise<Imported> {
  const dependencies = { evaluator: data.evaluator, retention: RETENTIONS.full, logger: silentLogger }
  return withReplayingChain(directory, dependencies, async (chain, codecs) => {
    const report = await importChainFile(path, { chain, codecs, genesisHash: genesisHash(testNetwork) }, options)
    return { ...report, head: chain.head().number }
  })
}

function blocksUpTo(length: number): readonly Block[] {
  return data.blocks.slice(0, length).map(({ block }) => block)
}

test('imports a file, and goes on where it was interrupted', async () => {
  const path = await fileOf('whole', blocksUpTo(LENGTH))
  const directory = await data.directory(0)
  const interruption = new AbortController()
  const onBlock = (number: bigint): void => {
    if (number === 7n) interruption.abort()
  }
  const interrupted = importInto(directory, path, { onBlock, signal: interruption.signal })
  await expect(interrupted).rejects.toMatchObject({ name: 'AbortError' })
  const { imported, known, stop, head } = await importInto(directory, path)
  expect({ sum: imported + known, stop, head }).toEqual({ sum: LENGTH, stop: undefined, head: BigInt(LENGTH) })
  expect(known).toBeGreaterThanOrEqual(7)
  expect(await importInto(directory, path)).toMatchObject({ imported: 0, known: LENGTH })
})

test('imports up to the damage, and says where it is', async () => {
  const path = await fileOf('damaged', blocksUpTo(LENGTH))
  const whole = await readFile(path)
  const damaged = Uint8Array.from(whole)
  const at = Math.floor(whole.length * 0.6)
  damaged[at] = (damaged[at] ?? 0) ^ 1
  await writeFile(path, damaged)
  const directory = await data.directory(0)
  const { imported, stop, head } = await importInto(directory, path)
  expect(stop).toMatchObject({ number: head + 1n, error: { code: 'STORAGE_CHAIN_FILE_DAMAGED' } })
  expect(BigInt(imported)).toBe(head)
  expect(imported).toBeGreaterThan(LENGTH / 3)
  await writeFile(path, whole)
  expect(await importInto(directory, path)).toMatchObject({ known: imported, imported: LENGTH - imported })
})

test('stops at an invalid block, with all before it in the chain', async () => {
  const [parent] = data.blocks.slice(9)
  if (parent === undefined) throw new RangeError('the chain is too short')
  const bad = await data.generator.child(parent, { header: { gasUsed: 1n } })
  const after = await data.generator.grow(bad, 3)
  const path = await fileOf('invalid', [...blocksUpTo(10), bad.block, ...after.map(({ block }) => block)])
  const directory = await data.directory(4)
  const { imported, known, stop, head } = await importInto(directory, path)
  expect(stop).toMatchObject({ number: 11n, error: { code: 'EXECUTION_GAS_USED' } })
  expect({ imported, known, head }).toEqual({ imported: 6, known: 4, head: 10n })
})

test('a file that begins after the head is refused with what would fit', async () => {
  const path = await fileOf('gap', blocksUpTo(LENGTH).slice(20))
  const directory = await data.directory(10)
  await expect(importInto(directory, path)).rejects.toMatchObject({
    code: 'STORAGE_CHAIN_FILE_FOREIGN',
    expected: 'a file that begins with a block up to 11',
    actual: 'block 21',
  })
})

test('a branch in a file that is heavier wins', async () => {
  const [base] = data.blocks.slice(LENGTH - 3)
  if (base === undefined) throw new RangeError('the chain is too short')
  const branch = await data.generator.grow(base, 4)
  const path = await fileOf(
    'branch',
    branch.map(({ block }) => block),
  )
  const directory = await data.directory(LENGTH)
  const { imported, head } = await importInto(directory, path)
  expect({ imported, head }).toEqual({ imported: 4, head: BigInt(LENGTH + 2) })
})
