import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signTransaction, testNetwork, WALLETS, type Wallet } from '@poai/testing/chain'
import { expect, onTestFinished, test } from 'vitest'
import { importAll, openChainFixture, startGenerator } from '../support/chain-fixture.ts'
import { growFork } from '../support/reorganise.ts'

test('a node goes on where it stopped: head, side branches, bad blocks and mempool', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'poai-chain-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const generator = await startGenerator()
  const { trunk, loser, winner } = await growFork(generator, 3)
  const tip = loser.at(-1) ?? generator.genesis
  const bad = await generator.child(tip, { header: { gasUsed: 1n } })
  const [sender] = WALLETS as readonly [Wallet]
  const waiting = signTransaction(testNetwork.chainId, sender, { nonce: 1000n, to: sender.address })

  const first = await openChainFixture({ directory })
  await importAll(first.chain, [...trunk, ...loser, ...winner.slice(0, 2)])
  await expect(first.chain.importBlock(bad.block)).rejects.toMatchObject({ code: 'EXECUTION_GAS_USED' })
  await first.chain.mempool.add(waiting)
  await first.close()

  const second = await openChainFixture({ directory })
  expect(second.chain.head()).toEqual(tip.context)
  expect(second.chain.mempool.get(waiting.hash)?.sender).toEqual(sender.address)
  await expect(second.chain.importBlock(bad.block)).rejects.toMatchObject({ code: 'EXECUTION_GAS_USED' })
  expect(second.costs.replays).toBe(0)
  // The first blocks of the winner were kept beside the chain.
  await importAll(second.chain, winner.slice(2))
  expect(second.chain.head()).toEqual(winner.at(-1)?.context)
  expect((await second.check()).faults).toEqual([])
  await second.close()
})
