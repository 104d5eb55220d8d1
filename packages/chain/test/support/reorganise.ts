import assert from 'node:assert/strict'
import { bytesToHex } from '@poai/core'
import type { ChainGenerator, GeneratedBlock } from '@poai/testing/chain'
import { type ChainFixture, dumpStore, importAll, openChainFixture } from './chain-fixture.ts'
import { growWithTraffic } from './traffic.ts'

/** Two branches with a common trunk; the second is longer by one. */
export interface Fork {
  readonly trunk: readonly GeneratedBlock[]
  readonly loser: readonly GeneratedBlock[]
  readonly winner: readonly GeneratedBlock[]
}

/** A fork that takes a reorganisation of that depth to follow. */
export async function growFork(generator: ChainGenerator, depth: number): Promise<Fork> {
  const trunk = await growWithTraffic(generator, generator.genesis, { length: 2, branch: 'trunk' })
  const base = trunk.at(-1) ?? generator.genesis
  return {
    trunk,
    loser: await growWithTraffic(generator, base, { length: depth, branch: 'loser' }),
    winner: await growWithTraffic(generator, base, { length: depth + 1, branch: 'the winner' }),
  }
}

/** The tables that only depend on the canonical chain: indexes, state, tries, code, history and undo records. */
function canonicalRecords(dump: ReadonlyMap<string, string>): readonly string[] {
  const prefixes = ['0x02', '0x20', '0x23', '0x30', '0x31', '0x32', '0x33', '0x34', '0x40', '0x41', '0x42', '0x43']
  return [...dump].filter(([key]) => prefixes.includes(key.slice(0, 4))).map(([key, value]) => `${key}=${value}`)
}

/** Asserts that the two chains are the same to every reader, and to the next block. */
export async function assertSameChain(one: ChainFixture, other: ChainFixture): Promise<void> {
  assert.deepEqual(one.chain.head(), other.chain.head())
  assert.deepEqual(canonicalRecords(await dumpStore(one.store)), canonicalRecords(await dumpStore(other.store)))
  for (let number = 0n; number <= one.chain.head().number; number++) {
    assert.deepEqual(await one.chain.queries.receipts(number), await other.chain.queries.receipts(number))
  }
  const everywhere = { from: 0n, to: one.chain.head().number, addresses: [], topics: [] }
  const logs = await one.chain.queries.logs(everywhere)
  assert.ok(logs.length > 0)
  assert.deepEqual(logs, await other.chain.queries.logs(everywhere))
  assert.deepEqual((await one.check()).faults, [])
}

/** Follows the loser, then the winner; compares with a node that saw the winner alone. */
export async function assertReorganisation(generator: ChainGenerator, depth: number): Promise<void> {
  const { trunk, loser, winner } = await growFork(generator, depth)
  const [torn, straight] = [await openChainFixture(), await openChainFixture()]
  await importAll(torn.chain, [...trunk, ...loser])
  torn.heads.length = 0
  await importAll(torn.chain, winner)
  await importAll(straight.chain, [...trunk, ...winner])
  assert.equal(torn.heads.length, 1)
  const names = (blocks: readonly { readonly hash: Uint8Array }[]): readonly string[] =>
    blocks.map(({ hash }) => bytesToHex(hash))
  assert.deepEqual(names(torn.heads[0]?.removed ?? []), names(loser.toReversed()))
  assert.deepEqual(names(torn.heads[0]?.added ?? []), names(winner))
  assert.deepEqual(
    torn.heads[0]?.removed.map(({ receipts }) => receipts),
    loser.toReversed().map(({ receipts }) => receipts),
  )
  await assertSameChain(torn, straight)
  await Promise.all([torn.close(), straight.close()])
}
