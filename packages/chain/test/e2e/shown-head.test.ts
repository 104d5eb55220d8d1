import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openChainFixture, startGenerator } from '../support/chain-fixture.ts'

const BLOCKS = 30

test('readers see a head only when the state after it can be read, also while it is being written', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'poai-chain-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const generator = await startGenerator()
  const { chain, close } = await openChainFixture({ directory })
  const seen = new Set<bigint>()
  for (const { block } of await generator.grow(generator.genesis, BLOCKS)) {
    let isThere = false
    const imported = chain.importBlock(block).finally(() => {
      isThere = true
    })
    while (!isThere) {
      const { number } = chain.head()
      expect(chain.queries.numberOf('latest')).toBe(number)
      await chain.queries.stateAt(number).close()
      seen.add(number)
      await new Promise(setImmediate)
    }
    await imported
  }
  expect(chain.head().number).toBe(BigInt(BLOCKS))
  expect(seen.size).toBeGreaterThanOrEqual(BLOCKS)
  await close()
})
