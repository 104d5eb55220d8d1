import { appendFile, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Block, equalBytes, toHash32 } from '@poai/core'
import { expect, test } from 'vitest'
import { type ChainFileLabel, readChainFile, readChainFileLabel, writeChainFile } from '../../src/index.ts'
import { codecs, MODEL_NETWORK, type ModelBlock, mineModelBlock, modelGenesis } from '../support/model-chain.ts'
import { createRandom } from '../support/random.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const random = createRandom(21)
const CHAIN: ModelBlock[] = [modelGenesis(random)]
while (CHAIN.length < 30) CHAIN.push(mineModelBlock(CHAIN.at(-1) as ModelBlock, random))
const LABEL: ChainFileLabel = { network: 'model', genesisHash: MODEL_NETWORK, first: 1n, last: 29n }
const READING = { codecs, genesisHash: MODEL_NETWORK }

async function* blocksFrom(from: bigint): AsyncGenerator<Block> {
  yield* CHAIN.slice(Number(from))
}

async function exported(): Promise<string> {
  const path = join(await temporaryFolder(), 'chain.poai')
  await writeChainFile(path, { label: LABEL, codecs, blocks: blocksFrom })
  return path
}

async function numbersIn(path: string, options: Partial<Parameters<typeof readChainFile>[1]> = {}): Promise<bigint[]> {
  const numbers: bigint[] = []
  for await (const { header } of readChainFile(path, { ...READING, ...options })) numbers.push(header.number)
  return numbers
}

test('blocks come back as they were written', async () => {
  const path = await exported()
  expect(await readChainFileLabel(path)).toEqual(LABEL)
  const blocks: Block[] = []
  for await (const block of readChainFile(path, READING)) blocks.push(block)
  expect(blocks.map(({ header }) => header)).toEqual(CHAIN.slice(1).map(({ header }) => header))
  expect(blocks.map(({ body }) => body)).toEqual(CHAIN.slice(1).map(({ body }) => body))
  expect(await numbersIn(path, { from: 28n })).toEqual([28n, 29n])
})

test('a file cut at any byte is continued to the same bytes', async () => {
  const path = await exported()
  const whole = await readFile(path)
  for (let cut = 0; cut < whole.length; cut += 211) {
    await writeFile(path, whole.subarray(0, cut))
    if (cut > 0)
      await expect(numbersIn(path), `cut at ${cut}`).rejects.toMatchObject({ code: 'STORAGE_CHAIN_FILE_DAMAGED' })
    const asked: bigint[] = []
    const from = await writeChainFile(path, {
      label: LABEL,
      codecs,
      blocks: (number) => {
        asked.push(number)
        return blocksFrom(number)
      },
    })
    expect(asked).toEqual([from])
    expect(equalBytes(await readFile(path), whole), `cut at ${cut}`).toBe(true)
  }
})

test('a complete file is not written again', async () => {
  const path = await exported()
  const before = await stat(path)
  expect(await writeChainFile(path, { label: LABEL, codecs, blocks: () => blocksFrom(0n) })).toBe(30n)
  expect((await stat(path)).size).toBe(before.size)
})

test('one flipped bit anywhere is found, and mended by writing again', async () => {
  const path = await exported()
  const whole = await readFile(path)
  for (let at = 0; at < whole.length; at += 97) {
    const bytes = Uint8Array.from(whole)
    bytes[at] = (bytes[at] as number) ^ 4
    await writeFile(path, bytes)
    await expect(numbersIn(path), `bit at ${at}`).rejects.toMatchObject({
      code: expect.stringMatching(/^STORAGE_CHAIN_FILE_(DAMAGED|FOREIGN)$/),
    })
  }
  const bytes = Uint8Array.from(whole)
  bytes[5000] = (bytes[5000] as number) ^ 4
  await writeFile(path, bytes)
  expect(await writeChainFile(path, { label: LABEL, codecs, blocks: blocksFrom })).toBeGreaterThan(1n)
  expect(equalBytes(await readFile(path), whole)).toBe(true)
})

test('bytes after the last block are damage, and cut by writing again', async () => {
  const path = await exported()
  await appendFile(path, 'x')
  await expect(numbersIn(path)).rejects.toMatchObject({ code: 'STORAGE_CHAIN_FILE_DAMAGED' })
  await writeChainFile(path, { label: LABEL, codecs, blocks: blocksFrom })
  expect(await numbersIn(path)).toHaveLength(29)
})

test('an export of another network or range is not touched', async () => {
  const path = await exported()
  const genesisHash = toHash32(new Uint8Array(32).fill(1))
  for (const label of [
    { ...LABEL, genesisHash },
    { ...LABEL, first: 2n },
    { ...LABEL, last: 28n },
  ]) {
    const writing = writeChainFile(path, { label, codecs, blocks: blocksFrom })
    await expect(writing).rejects.toMatchObject({ code: 'STORAGE_CHAIN_FILE_FOREIGN' })
  }
  await expect(numbersIn(path, { genesisHash })).rejects.toMatchObject({ code: 'STORAGE_CHAIN_FILE_FOREIGN' })
  await truncate(path, 0)
  await appendFile(path, 'something else entirely')
  await expect(numbersIn(path)).rejects.toMatchObject({ code: 'STORAGE_CHAIN_FILE_FOREIGN' })
})

test('a source that ends early or gives other blocks is refused', async () => {
  const path = join(await temporaryFolder(), 'chain.poai')
  async function* short(from: bigint): AsyncGenerator<Block> {
    yield* CHAIN.slice(Number(from), 20)
  }
  await expect(writeChainFile(path, { label: LABEL, codecs, blocks: short })).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
    expected: '29',
    actual: '19',
  })
  async function* stranger(): AsyncGenerator<Block> {
    yield mineModelBlock(CHAIN[0] as ModelBlock, createRandom(99))
  }
  const writing = writeChainFile(path, { label: LABEL, codecs, blocks: stranger })
  await expect(writing).rejects.toMatchObject({ code: 'STORAGE_CHAIN_FILE_DAMAGED' })
  expect(await writeChainFile(path, { label: LABEL, codecs, blocks: blocksFrom })).toBe(20n)
  expect(await numbersIn(path)).toHaveLength(29)
})

test('blocks that the chain has left since are written again, with all after them', async () => {
  const path = await exported()
  const whole = await readFile(path)
  const isCanonical = (number: bigint): boolean => number < 12n
  expect(await writeChainFile(path, { label: LABEL, codecs, blocks: blocksFrom, isCanonical })).toBe(12n)
  expect(equalBytes(await readFile(path), whole)).toBe(true)
})

test('an interrupted export keeps what it has', async () => {
  const path = join(await temporaryFolder(), 'chain.poai')
  const interruption = new AbortController()
  const onBlock = (number: bigint): void => {
    if (number === 17n) interruption.abort()
  }
  const options = { label: LABEL, codecs, blocks: blocksFrom }
  const writing = writeChainFile(path, { ...options, onBlock, signal: interruption.signal })
  await expect(writing).rejects.toMatchObject({ name: 'AbortError' })
  expect(await writeChainFile(path, options)).toBe(18n)
  expect(await numbersIn(path)).toHaveLength(29)
})
