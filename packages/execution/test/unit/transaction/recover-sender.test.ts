import { secp256k1 as curve } from '@noble/curves/secp256k1.js'
import { concatBytes, RuleError, uintToBytes } from '@poai/core'
import { describe, expect, test } from 'vitest'
import { packSignatures, recoverPackedSenders, recoverSender, unpackSenders } from '../../../src/index.ts'
import { loadNativeSecp256k1, loadWasmSecp256k1 } from '../../../src/transaction/secp256k1.ts'
import { codeOf } from '../../support/code-of.ts'
import { createRandom } from '../../support/random.ts'
import { signTransaction } from '../../support/sign-transaction.ts'
import { createWallets, type Wallet } from '../../support/wallets.ts'

const ORDER = curve.Point.Fn.ORDER
const wallets = createWallets(4)
const transactions = wallets.map((wallet, index) =>
  signTransaction(wallet, { nonce: BigInt(index), to: wallet.address }),
)
const [first] = transactions as [(typeof transactions)[number]]
const { signature } = first

describe('recoverSender', () => {
  test('finds who signed', () => {
    for (const [index, transaction] of transactions.entries()) {
      expect(recoverSender(transaction)).toEqual((wallets[index] as Wallet).address)
    }
  })

  test('refuses the other form of a signature (EIP-2), by one', async () => {
    const half = ORDER / 2n
    expect(await codeOf(() => recoverSender({ signature: { ...signature, s: half } }))).toBe('accepted')
    expect(await codeOf(() => recoverSender({ signature: { ...signature, s: half + 1n } }))).toBe(
      'TRANSACTION_SIGNATURE',
    )
    const mirrored = { ...signature, s: ORDER - signature.s, yParity: signature.yParity === 0 ? 1 : 0 } as const
    expect(await codeOf(() => recoverSender({ signature: mirrored }))).toBe('TRANSACTION_SIGNATURE')
  })

  test.each([
    ['r = 0', { r: 0n }],
    ['s = 0', { s: 0n }],
    ['r of the order', { r: ORDER }],
    ['r above a word', { r: 1n << 256n }],
    ['r of no point', { r: 5n }],
  ])('refuses %s', async (_name, change) => {
    expect(await codeOf(() => recoverSender({ signature: { ...signature, ...change } }))).toBe('TRANSACTION_SIGNATURE')
  })
})

describe('packed signatures', () => {
  test('give the senders of their transactions', () => {
    expect(unpackSenders(recoverPackedSenders(packSignatures(transactions)))).toEqual(
      wallets.map(({ address }) => address),
    )
    expect(unpackSenders(recoverPackedSenders(packSignatures([])))).toEqual([])
  })

  test('name the one that nobody signed', () => {
    const bad = { signature: { ...signature, r: 1n << 300n } }
    const packed = recoverPackedSenders(packSignatures([first, bad, first]))
    expect(() => unpackSenders(packed)).toThrow(
      expect.objectContaining({ code: 'TRANSACTION_SIGNATURE', actual: 'transaction 1' }),
    )
    expect(() => unpackSenders(packed)).toThrow(RuleError)
  })
})

describe('both libraries', () => {
  test('answer as noble does, for good and bad signatures', async () => {
    const libraries = [await loadNativeSecp256k1(), await loadWasmSecp256k1()].filter(
      (library) => library !== undefined,
    )
    const random = createRandom('signatures')
    for (let round = 0; round < 60; round++) {
      const hash = random.bytes(32)
      const signed = curve.sign(hash, random.bytes(32), { prehash: false, format: 'recovered' })
      const r = round % 3 === 0 ? random.bytes(32) : signed.slice(1, 33)
      const high = uintToBytes(ORDER - BigInt(`0x${Buffer.from(signed.slice(33)).toString('hex')}`), 32)
      const compact = concatBytes(r, round % 2 === 0 ? signed.slice(33) : high)
      for (const yParity of [0, 1] as const) {
        let expected: Uint8Array | undefined
        try {
          const parsed = curve.Signature.fromBytes(compact, 'compact').addRecoveryBit(yParity)
          expected = parsed.recoverPublicKey(hash).toBytes(false).subarray(1)
        } catch {
          expected = undefined
        }
        for (const { implementation, recover } of libraries) {
          const actual = recover(hash, compact, yParity)
          expect(actual?.join(), `${implementation}, round ${round}, parity ${yParity}`).toBe(expected?.join())
        }
      }
    }
  })
})
