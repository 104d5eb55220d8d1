import { bytesToHex, genesisHash, type Hash32, silentLogger } from '@poai/core'
import { RETENTIONS, readChainFile } from '@poai/storage'
import { testNetwork } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DataDirectory } from '../../src/data-directory.ts'
import { importChainFile } from '../../src/db/import-chain-file.ts'
import { withReplayingChain } from '../../src/db/with-replaying-chain.ts'
import { runCli } from '../../src/index.ts'
import { type GeneratedData, generateData } from '../support/generated-data.ts'
import { createTestTerminal } from '../support/test-terminal.ts'

let data: GeneratedData
/** It has met the bad block. */
let directory: DataDirectory
let badHash: Hash32

beforeAll(async () => {
  data = await generateData({ length: 3 })
  directory = await data.directory(3)
  const parent = data.blocks.at(-1) ?? data.generator.genesis
  const { block, hash } = await data.generator.child(parent, { header: { gasUsed: 1n } })
  badHash = hash
  const dependencies = { evaluator: data.evaluator, retention: RETENTIONS.full, logger: silentLogger }
  await withReplayingChain(directory, dependencies, async (chain) => {
    await expect(chain.importBlock(block, { source: 'peer\u001b[31mA' })).rejects.toThrow()
  })
})
afterAll(() => data.remove())

async function badBlocks(path: string, ...args: readonly string[]): Promise<string> {
  const terminal = createTestTerminal()
  const context = { terminal, environment: {}, signal: new AbortController().signal, version: '9.9.9' }
  const exitCode = await runCli(['db', 'bad-blocks', '--data-dir', path, ...args], context)
  expect({ exitCode, err: terminal.errText() }).toEqual({ exitCode: 0, err: '' })
  return terminal.outText()
}

test('poai db bad-blocks lists what broke which rule, and who brought it', async () => {
  const { network, blocks } = JSON.parse(await badBlocks(directory.path, '--json'))
  expect(network).toBe(testNetwork.name)
  expect(blocks).toMatchObject([
    {
      ...{ number: 4, hash: bytesToHex(badHash), rule: 'EXECUTION_GAS_USED', work: 'worked', file: null },
      ...{ reason: expect.stringContaining('gasUsed'), source: 'peer [31mA' },
    },
  ])
  expect(Date.parse(blocks[0].at)).toBeGreaterThan(0)
  const text = await badBlocks(directory.path)
  expect(text).toContain(`block   4, ${bytesToHex(badHash)}`)
  expect(text).toContain('rule    EXECUTION_GAS_USED')
})

test('poai db bad-blocks says that there are none', async () => {
  const { path } = await data.directory(1)
  expect(await badBlocks(path)).toBe('No block has broken a rule.\n')
})

test('a saved bad block breaks the same rule again where it is imported', async () => {
  const folder = data.path('saved')
  const { blocks } = JSON.parse(await badBlocks(directory.path, '--json', '--save', folder))
  const [{ file }] = blocks
  // Once more, over the file that is there.
  expect(await badBlocks(directory.path, '--save', folder)).toContain(`Saved to ${folder}.`)
  const label = { codecs: data.codecs, genesisHash: genesisHash(testNetwork) }
  const numbers: bigint[] = []
  for await (const { header } of readChainFile(file, label)) numbers.push(header.number)
  expect(numbers).toEqual([4n])
  const dependencies = { evaluator: data.evaluator, retention: RETENTIONS.full, logger: silentLogger }
  const report = await withReplayingChain(await data.directory(3), dependencies, (chain, codecs) =>
    importChainFile(file, { chain, codecs, genesisHash: genesisHash(testNetwork) }),
  )
  expect(report).toMatchObject({ imported: 0, stop: { number: 4n, error: { code: 'EXECUTION_GAS_USED' } } })
})
