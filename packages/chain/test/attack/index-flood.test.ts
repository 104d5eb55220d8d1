import { bytesToHex, hex } from '@poai/core'
import { expect, test } from 'vitest'
import { openChainFixture, startGenerator } from '../support/chain-fixture.ts'
import { dumpIndex, indexNow } from '../support/index-fixture.ts'
import { fromAlice } from '../support/workshop-traffic.ts'

/** Calls one address after the other while there are 8,192 gas left. */
const FLOOD = hex('0x621000005b6001015f5f5f5f5f855ff1506120005a1160045700')
const GAS = 12_000_000n
/** What it takes at least to reach one account more: one of an access list and a call of it. */
const GAS_PER_ACCOUNT = 2500n

test('a block full of calls to many addresses is indexed whole, in a bounded number of entries', async () => {
  const generator = await startGenerator()
  const block = await generator.child(generator.genesis, {
    transactions: fromAlice(generator, generator.genesis, [{ data: FLOOD, gasLimit: GAS }]),
  })
  expect(block.receipts.map(({ status }) => status)).toEqual([1])
  const fixture = await openChainFixture()
  await fixture.chain.importBlock(block.block)
  await indexNow(fixture)
  const touched = await dumpIndex(fixture.store, ['touched'])
  expect(touched.length).toBeGreaterThan(4_000)
  expect(BigInt(touched.length)).toBeLessThan(GAS / GAS_PER_ACCOUNT)
  expect(touched.some((line) => line.startsWith(`touched 0x${'00'.repeat(17)}100001`))).toBe(true)
  const [journal] = await dumpIndex(fixture.store, ['indexJournal'])
  expect((journal?.length ?? 0) / 2).toBeLessThan(1024 * 1024)
  // What is next gets in as ever, and the index with it.
  const next = await generator.child(block)
  await fixture.chain.importBlock(next.block)
  await indexNow(fixture)
  expect((await dumpIndex(fixture.store, ['indexedTo']))[0]).toContain(bytesToHex(next.hash).slice(2))
  await fixture.close()
})
