import { bytesToHex } from '@poai/core'
import type { ChainGenerator, GeneratedBlock } from '@poai/testing/chain'
import { expect } from 'vitest'
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

/** Expects the two chains to be the same to everybody who asks, and to the next block. */
export async function expectSameChain(one: ChainFixture, other: ChainFixture): Promise<void> {
  expect(one.chain.head()).toEqual(other.chain.head())
  expect(canonicalRecords(await dumpStore(one.store))).toEqual(canonicalRecords(await dumpStore(other.store)))
  for (let number = 0n; number <= one.chain.head().number; number++) {
    expect(await one.chain.queries.receipts(number)).toEqual(await other.chain.queries.receipts(number))
  }
  const everywhere = { from: 0n, to: one.chain.head().number, addresses: [], topics: [] }
  expect(await one.chain.queries.logs(everywhere)).toEqual(await other.chain.queries.logs(everywhere))
  expect((await one.check()).faults).toEqual([])
}

/** Follows the loser, then the winner; compares with a node that saw the winner alone. */
export async function expectReorganisation(generator: ChainGenerator, depth: number): Promise<void> {
  const { trunk, loser, winner } = await growFork(generator, depth)
  const [torn, straight] = [await openChainFixture(), await openChainFixture()]
  await importAll(torn.chain, [...trunk, ...loser])
  torn.heads.length = 0
  await importAll(torn.chain, winner)
  await importAll(straight.chain, [...trunk, ...winner])
  expect(torn.heads).toHaveLength(1)
  const names = (blocks: readonly { readonly hash: Uint8Array }[]): readonly string[] =>
    blocks.map(({ hash }) => bytesToHex(hash))
  expect(names(torn.heads[0]?.removed ?? [])).toEqual(names(loser.toReversed()))
  expect(names(torn.heads[0]?.added ?? [])).toEqual(names(winner))
  expect(torn.heads[0]?.removed.map(({ receipts }) => receipts)).toEqual(loser.toReversed().map((b) => b.receipts))
  await expectSameChain(torn, straight)
  await Promise.all([torn.close(), straight.close()])
}
