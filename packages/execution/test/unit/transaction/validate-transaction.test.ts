import { hash32, type Transaction } from '@poai/core'
import { describe, expect, test } from 'vitest'
import { NEW_ACCOUNT } from '../../../src/index.ts'
import { RULE_SETS } from '../../../src/rule-sets.ts'
import { intrinsicGas } from '../../../src/transaction/intrinsic-gas.ts'
import { type TransactionPlace, validateTransaction } from '../../../src/transaction/validate-transaction.ts'
import { codeOf } from '../../support/code-of.ts'
import { signTransaction, type TransactionPlan } from '../../support/sign-transaction.ts'
import { createWallets, type Wallet } from '../../support/wallets.ts'

const [wallet] = createWallets(1) as [Wallet]
const GAS = 50_000n
const FEE = 10n
const plan: TransactionPlan = {
  nonce: 5n,
  gasLimit: GAS,
  maxFeePerGas: FEE,
  maxPriorityFeePerGas: 1n,
  to: wallet.address,
  value: 100n,
}
const transaction = signTransaction(wallet, plan)
const cost = 100n + GAS * FEE
const place: TransactionPlace = {
  sender: { ...NEW_ACCOUNT, nonce: 5n, balance: cost },
  baseFeePerGas: FEE,
  gasLeft: GAS,
  rules: RULE_SETS.cancun.transactions,
}

function judge(at: Partial<TransactionPlace>, judged: Transaction = transaction): Promise<string> {
  return codeOf(() => validateTransaction(judged, { ...place, ...at }))
}

describe('a transaction in a block', () => {
  test('is accepted at every limit', async () => {
    expect(await judge({})).toBe('accepted')
  })

  test('may not use more gas than is left in the block', async () => {
    expect(await judge({ gasLeft: GAS - 1n })).toBe('EXECUTION_BLOCK_GAS')
  })

  test('offers at least the base fee', async () => {
    expect(await judge({ baseFeePerGas: FEE + 1n })).toBe('EXECUTION_FEE_BELOW_BASE')
  })

  test.each([4n, 6n])("has its sender's next nonce, not where the account is at %i", async (nonce) => {
    expect(await judge({ sender: { ...place.sender, nonce } })).toBe('EXECUTION_NONCE')
  })

  test('can be paid at its maximum fee, value included', async () => {
    expect(await judge({ sender: { ...place.sender, balance: cost - 1n } })).toBe('EXECUTION_FUNDS')
  })

  test('is not sent by a contract (EIP-3607)', async () => {
    const codeHash = hash32(Uint8Array.of(1))
    expect(await judge({ sender: { ...place.sender, codeHash } })).toBe('EXECUTION_SENDER_CODE')
  })

  test('has the intrinsic gas', async () => {
    const data = Uint8Array.of(0, 1, 2)
    const needed = 21_000n + 4n + 2n * 16n
    const exact = signTransaction(wallet, { ...plan, data, gasLimit: needed })
    const short = { ...exact, gasLimit: needed - 1n }
    expect(await judge({}, exact)).toBe('accepted')
    expect(await judge({}, short)).toBe('EXECUTION_INTRINSIC_GAS')
  })

  test('creates contracts with at most 49,152 bytes of init code (EIP-3860)', async () => {
    const rich = { sender: { ...place.sender, balance: 10n ** 18n }, gasLeft: 10n ** 7n }
    const create = signTransaction(wallet, {
      ...plan,
      to: undefined,
      gasLimit: 10n ** 7n,
      data: new Uint8Array(49_152),
    })
    expect(await judge(rich, create)).toBe('accepted')
    const tooLong = { ...create, data: new Uint8Array(49_153) }
    expect(await judge(rich, tooLong)).toBe('EXECUTION_INIT_CODE_SIZE')
    expect(await judge(rich, { ...tooLong, to: wallet.address })).toBe('accepted')
  })
})

describe('intrinsicGas', () => {
  const to = wallet.address
  const slot = hash32(to)
  test.each([
    ['a transfer', { to, data: new Uint8Array(0), accessList: [] }, 21_000n],
    ['zeros and other bytes', { to, data: Uint8Array.of(0, 0, 7), accessList: [] }, 21_000n + 8n + 16n],
    ['a creation without code', { to: undefined, data: new Uint8Array(0), accessList: [] }, 53_000n],
    ['a word of init code', { to: undefined, data: new Uint8Array(32), accessList: [] }, 53_000n + 128n + 2n],
    ['a byte more', { to: undefined, data: new Uint8Array(33), accessList: [] }, 53_000n + 132n + 4n],
    [
      'an access list',
      { to, data: new Uint8Array(0), accessList: [{ address: to, storageKeys: [slot, slot] }] },
      21_000n + 2_400n + 3_800n,
    ],
  ] as const)('of %s', (_name, subject, gas) => {
    expect(intrinsicGas(subject)).toBe(gas)
  })
})
