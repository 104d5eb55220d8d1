import { join } from 'node:path'
import { bytesToHex, concatBytes, genesisHash } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { openDatabase } from '@poai/storage'
import { ChainGenerator, type GeneratedBlock, signTransaction, testNetwork, WALLETS } from '@poai/testing/chain'
import { expect, it } from 'vitest'
import type { BaseWings } from '../../src/node.ts'
import { FAKE_MODEL } from '../support/fake-model.ts'
import { messagesOf, type TestNode, testFolder, testNode } from '../support/test-node.ts'

const ACCOUNTS: Uint8Array = Uint8Array.of(0x30)
const [ALICE, BOB] = WALLETS

/** A node with a fake model, and its wings. */
function nodeWithModel(directory: string): TestNode & { readonly base: () => BaseWings } {
  let base: BaseWings | undefined
  const test = testNode(directory, {
    flags: { p2p: false, 'log-level': 'debug' },
    params: testNetwork,
    engine: FAKE_MODEL,
    guests: (wings) => {
      base = wings
      return []
    },
  })
  return {
    ...test,
    base: () => {
      if (base === undefined) throw new Error('wings are made with their node')
      return base
    },
  }
}

/** Three blocks, of which the last one alone pays from Alice's account. */
async function growBlocks(): Promise<readonly GeneratedBlock[]> {
  const engine = createFakeEngine()
  await engine.start()
  const generator = new ChainGenerator({ evaluator: engine })
  if (ALICE === undefined || BOB === undefined) throw new Error('no wallets')
  const payment = signTransaction(testNetwork.chainId, ALICE, { nonce: 0n, to: BOB.address, value: 1n })
  return generator.grow(generator.genesis, 3, (index) => (index === 2 ? { transactions: [payment] } : {}))
}

it('damage that shows in an orphan’s import stops the node, is counted, and has a span', async () => {
  const directory = await testFolder()
  const [first, second, third] = await growBlocks()
  if (first === undefined || second === undefined || third === undefined) throw new Error('three blocks were grown')
  const before = nodeWithModel(directory)
  await before.node.start()
  await before.base().chain.parts.made.chain.importBlock(first.block)
  await before.node.stop()
  const database = await openDatabase(join(directory, 'chain'), { genesisHash: genesisHash(testNetwork) })
  const key = concatBytes(ACCOUNTS, ALICE?.address ?? new Uint8Array())
  await database.store.write([{ key, value: undefined }], { sync: true })
  await database.close()

  const test = nodeWithModel(directory)
  await test.node.start()
  const { chain } = test.base().chain.parts.made
  expect(await chain.importBlock(third.block, { source: 'a peer' })).toMatchObject({ kind: 'orphan' })
  expect(await chain.importBlock(second.block)).toMatchObject({ kind: 'head' })
  await expect(test.node.ended).rejects.toMatchObject({ code: 'STORAGE_DAMAGED' })
  expect(messagesOf(test)).toContain('The node stops: it cannot go on after this')
  expect(test.base().chain.parts.made.importFigures()).toMatchObject({
    outcomes: { head: 1, orphan: 1 },
    undecided: 1,
  })
  const spans = test.lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'Span')
  const ofOrphan = spans.filter(({ trace }) => trace === bytesToHex(third.hash))
  expect(ofOrphan.map(({ span, outcome }) => [span, outcome])).toEqual([
    ['import', 'orphan'],
    ['replay', 'valid'],
    ['execution', 'EXECUTION_FUNDS'],
    // Once more, on values that are proven.
    ['execution', 'undecided'],
    ['import', 'undecided'],
  ])
})
