import { checkAnswers, createNodeClient, type SendCall } from '@poai/api/client'
import { RpcClientError } from '@poai/api/connect'
import { expect, expectTypeOf, it } from 'vitest'

/** A node that always answers the same, and remembers what it was asked. */
function answering(answer: unknown): { readonly send: SendCall; readonly asked: unknown[] } {
  const asked: unknown[] = []
  const send: SendCall = async (method, params) => {
    asked.push([method, params])
    return answer
  }
  return { send, asked }
}

it('types methods by their names', async () => {
  const { send, asked } = answering('0x2a')
  const balance = await createNodeClient(send).call('eth_getBalance', '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', 7n)
  expectTypeOf(balance).toEqualTypeOf<`0x${string}`>()
  expect(balance).toBe('0x2a')
  expect(asked).toEqual([['eth_getBalance', ['0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', '0x7']]])
})

it('refuses names and arguments that do not exist before anything runs', () => {
  const { call } = createNodeClient(answering(null).send)
  // @ts-expect-error: no such method
  void call('eth_getBalances', '0x')
  // @ts-expect-error: no such tag
  void call('eth_getBlockByNumber', 'newest')
  // @ts-expect-error: the block is missing
  void call('poai_getExam')
})

it('says which member of an answer is not what it should be', async () => {
  const node = createNodeClient(checkAnswers(answering({ pending: '0x1' }).send))
  const error = await node.call('txpool_status').catch((failure: unknown) => failure)
  expect(error).toBeInstanceOf(RpcClientError)
  expect(error).toMatchObject({
    code: 'RPC_MALFORMED',
    message: 'cannot read queued of what txpool_status answered',
    expected: 'a quantity',
    actual: 'nothing',
  })
})

it('lets an answer through that is what it should be', async () => {
  const sizes = { pending: '0x1', queued: '0x0' }
  expect(await createNodeClient(checkAnswers(answering(sizes).send)).call('txpool_status')).toEqual(sizes)
  expect(await createNodeClient(checkAnswers(answering(null).send)).call('eth_getBlockByNumber', 9)).toBeNull()
})
