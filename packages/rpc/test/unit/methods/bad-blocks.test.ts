import type { BadBlockJson } from '@poai/api/client'
import { bytesToHex, hexToBytes, type RuleCode } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { ChainGenerator, invalidBlock } from '@poai/testing/chain'
import { expect, it, onTestFinished } from 'vitest'
import { badBlockMethods } from '../../../src/methods/debug/bad-blocks.ts'
import { openMethods } from '../../support/open-methods.ts'

it('shows blocks that broke rules, those with work first, and those that nobody signed by hashes', async () => {
  const methods = await openMethods(badBlockMethods)
  onTestFinished(() => methods.close())
  expect(await methods.call('debug_getBadBlocks')).toEqual([])
  const evaluator = createFakeEngine()
  await evaluator.start()
  onTestFinished(() => evaluator.stop())
  const generator = new ChainGenerator({ evaluator })
  const offer = async (code: RuleCode): Promise<void> => {
    const { block } = await invalidBlock(generator, generator.genesis, code)
    await expect(methods.chain.importBlock(block)).rejects.toMatchObject({ code })
  }
  await offer('TRANSACTION_SIGNATURE')
  await offer('EXECUTION_NONCE')
  const [worked, claimed] = (await methods.call('debug_getBadBlocks')) as readonly BadBlockJson[]
  expect(worked?.block).toMatchObject({ number: '0x1', hash: worked?.hash, transactions: [{ blockNumber: '0x1' }] })
  expect(claimed?.block.transactions).toContainEqual(expect.stringMatching(/^0x[0-9a-f]{64}$/))
  const { header } = methods.codecs.block.decode(hexToBytes(String(worked?.rlp)) ?? new Uint8Array())
  expect(bytesToHex(header.stateRoot)).toBe(worked?.block.stateRoot)
})
