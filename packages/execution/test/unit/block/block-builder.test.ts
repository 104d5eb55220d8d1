import { createBlockCodecs, toAddress } from '@poai/core'
import { describe, expect, test } from 'vitest'
import { CHAIN_ID, signTransaction, transactionCodec } from '../../support/sign-transaction.ts'
import { genesisAccount, SmallChain } from '../../support/small-chain.ts'
import { createWallets, type Wallet } from '../../support/wallets.ts'

const [alice, bob] = createWallets(2) as [Wallet, Wallet]
const to = toAddress(new Uint8Array(20).fill(0x77))
const genesis = [genesisAccount(alice.address), genesisAccount(bob.address, { balance: 10n ** 15n })]

function transfer(wallet: Wallet, nonce: bigint, data = 0): ReturnType<typeof signTransaction> {
  return signTransaction(wallet, {
    nonce,
    to,
    value: 1n,
    data: new Uint8Array(data),
    gasLimit: 21_000n + 4n * BigInt(data),
  })
}

describe('a block builder', () => {
  test('leaves out what cannot be included, and builds what executeBlock accepts', async () => {
    const chain = new SmallChain(genesis)
    const builder = await chain.build({ reward: 9n })
    const tries = [
      transfer(alice, 0n),
      transfer(alice, 0n),
      transfer(alice, 2n),
      transfer(bob, 0n),
      transfer(alice, 1n),
    ]
    const senders = [alice, alice, alice, bob, alice]
    const answers: string[] = []
    for (const [index, transaction] of tries.entries()) {
      const added = await builder.add({ transaction, sender: (senders[index] as Wallet).address })
      if (added.included) answers.push('included')
      else answers.push(typeof added.reason === 'string' ? added.reason : added.reason.code)
    }
    expect(answers).toEqual(['included', 'EXECUTION_NONCE', 'EXECUTION_NONCE', 'included', 'included'])
    const { transactions, outcome } = builder.finish()
    expect(transactions).toEqual([tries[0], tries[3], tries[4]])
    expect(await chain.execute(transactions, { reward: 9n })).toEqual(outcome)
  })

  test('fills the gas limit to the last unit', async () => {
    const chain = new SmallChain(genesis)
    for (const [gasLimit, fits] of [
      [42_000n, true],
      [41_999n, false],
    ] as const) {
      const builder = await chain.build({ gasLimit })
      await builder.add({ transaction: transfer(alice, 0n), sender: alice.address })
      const second = await builder.add({ transaction: transfer(alice, 1n), sender: alice.address })
      expect(second.included).toBe(fits)
    }
  })

  test('fills the body to the last byte, and knows its size as the codec does', async () => {
    const transactions = [transfer(alice, 0n, 1), transfer(alice, 1n, 300), transfer(alice, 2n, 50)]
    const { body } = createBlockCodecs(transactionCodec)
    const size = body.encode({ transactions }).length
    for (const [limit, count] of [
      [size, 3],
      [size - 1, 2],
    ] as const) {
      const builder = await new SmallChain(genesis, { bodyBytes: limit }).build()
      for (const transaction of transactions) await builder.add({ transaction, sender: alice.address })
      const built = builder.finish()
      expect(built.transactions).toHaveLength(count)
      expect(builder.bodyBytes).toBe(body.encode({ transactions: built.transactions }).length)
    }
    const empty = await new SmallChain(genesis).build()
    expect(empty.bodyBytes).toBe(body.encode({ transactions: [] }).length)
    expect(CHAIN_ID).toBe(transactionCodec.chainId)
  })

  test('takes nothing once it is finished', async () => {
    const builder = await new SmallChain(genesis).build()
    builder.finish()
    await expect(builder.add({ transaction: transfer(alice, 0n), sender: alice.address })).rejects.toThrow('finished')
    expect(() => builder.finish()).toThrow('once')
  })
})
