import { bytesToHex } from '@poai/core'
import { OWNERS_CALL } from '@poai/testing/call-method'
import { signTransaction, WALLETS, type Wallet } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sendAndWaitMethod } from '../../../src/methods/eth/send-and-wait.ts'
import { type OpenMethods, openMethods } from '../../support/open-methods.ts'

const NAME = 'eth_sendRawTransactionSync'
const [ALICE, BOB] = WALLETS as [Wallet, Wallet]

let methods: OpenMethods
let nonce = 0n

beforeAll(async () => {
  methods = await openMethods((context) => [sendAndWaitMethod(context)])
})

afterAll(() => methods.close())

function signed(): { readonly bytes: string; readonly hash: string } {
  const { bytes, hash } = signTransaction(methods.params.chainId, ALICE, { nonce: nonce++, to: BOB.address })
  return { bytes: bytesToHex(bytes), hash: bytesToHex(hash) }
}

async function untilSent(): Promise<void> {
  const { size } = methods.chain.mempool
  const { promise, resolve } = Promise.withResolvers<void>()
  const unsubscribe = methods.chain.mempool.onAdded(() => resolve())
  if (size.pending === 0) await promise
  unsubscribe()
}

it('answers with the receipt as soon as there is one', async () => {
  const { bytes, hash } = signed()
  const answer = methods.call(NAME, bytes)
  await untilSent()
  await methods.mine()
  expect(await answer).toMatchObject({ transactionHash: hash, status: '0x1', blockNumber: '0x1' })
})

it('gives up after the time that it was given, and says what it waited for', async () => {
  const { bytes, hash } = signed()
  expect(await methods.refusal(NAME, bytes, 1)).toMatchObject({ code: 4, data: hash })
  await methods.mine()
})

it('gives up when nobody waits any more', async () => {
  const client = new AbortController()
  const method = sendAndWaitMethod(methods.context)
  const bytes = signTransaction(methods.params.chainId, ALICE, { nonce: nonce++, to: BOB.address }).bytes
  const answer = Promise.resolve(method.invoke([bytes, 20_000], { ...OWNERS_CALL, signal: client.signal }))
  await untilSent()
  client.abort(new Error('the client has gone'))
  await expect(answer).rejects.toThrow('the client has gone')
  await methods.mine()
})

it('lets a client wait for eight, and says why it does not send', async () => {
  const answers = Array.from({ length: 8 }, () => methods.call(NAME, signed().bytes))
  expect(await methods.refusal(NAME, signed().bytes)).toMatchObject({ code: -32_005 })
  nonce--
  while (methods.chain.mempool.size.pending < 8) await new Promise((resolve) => setImmediate(resolve))
  await methods.mine()
  expect(await Promise.all(answers)).toHaveLength(8)
  expect(await methods.refusal(NAME, signed().bytes, 25_001)).toMatchObject({ code: -32_602 })
  const old = bytesToHex(signTransaction(methods.params.chainId, ALICE, { nonce: 0n, to: BOB.address }).bytes)
  expect((await methods.refusal(NAME, old)).message).toMatch(/nonce too low/)
})
