import { type BlockJson, createPoai, POAI_METHODS, poaiActions, poaiHeaderHash, poaiOf } from '@poai/api/client'
import { JsonRpcProvider } from 'ethers'
import { createPublicClient, hexToBigInt, http } from 'viem'
import { expect, expectTypeOf, it, onTestFinished } from 'vitest'
import { openRpcFixture } from '../support/rpc-fixture.ts'

it('gives viem the chain’s own methods, typed', async () => {
  const { url, mine } = await openRpcFixture()
  await mine(2)
  const client = createPublicClient({ transport: http(url) }).extend(poaiActions())
  const exam = await client.poai.getExam('latest')
  if (exam === null) throw new Error('the block has an exam')
  expect(exam).toMatchObject({ number: '0x2', replayAgrees: true })
  expect(hexToBigInt(exam.number)).toBe(await client.getBlockNumber())
  expectTypeOf(exam.quizzes[0]?.isRight).toEqualTypeOf<boolean | undefined>()
  expect(await client.poai.getExam(0n)).toBeNull()
  // Heights as programs have them.
  for (const height of [2, 2n, '0x2', exam.hash] as const) {
    expect((await client.poai.getExam(height))?.hash).toBe(exam.hash)
  }
  const transcript = await client.poai.getTranscript(exam.hash, 1n)
  expect(transcript).toMatchObject({ root: exam.transcriptRoot, index: 1, isIncluded: true })
  const { families } = await client.poai.getAccuracy(1n, 'latest')
  expect(families.length).toBeGreaterThan(0)
  expectTypeOf(families[0]?.asked).toEqualTypeOf<number | undefined>()
  // @ts-expect-error: no such tag
  await expect(client.poai.getExam('newest')).rejects.toMatchObject({ cause: { code: -32_602 } })
})

it('gives them to ethers, and to whoever can send', async () => {
  const { url, call, mine } = await openRpcFixture()
  await mine()
  const provider = new JsonRpcProvider(url)
  onTestFinished(() => provider.destroy())
  expect(await poaiOf(provider).verifyBlock('latest')).toMatchObject({ valid: true })
  expect(await poaiOf(provider).getTranscript(1, undefined)).toMatchObject({ agrees: true })
  const poai = createPoai(call)
  expect(await poai.getRawHeader(1)).toMatch(/^0x/)
  expect(Object.keys(poai)).toEqual(POAI_METHODS.map((name) => name.replace('poai_', '')))
})

it('computes the hashes of blocks from what a node answers, and finds one that does not belong', async () => {
  const { call, mine } = await openRpcFixture()
  await mine(2)
  for (const number of ['0x0', '0x1', '0x2']) {
    const block = (await call('eth_getBlockByNumber', [number, false])) as BlockJson
    expect(poaiHeaderHash(block)).toBe(block.hash)
    expect(poaiHeaderHash({ ...block, gasUsed: '0x1' })).not.toBe(block.hash)
    expect(() => poaiHeaderHash({ ...block, nonce: '0x' })).toThrow('not a hexadecimal number')
  }
})
