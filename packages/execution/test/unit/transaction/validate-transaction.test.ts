import { hash32, type Transaction } from '@poai/core'
import { describe, expect, test } from 'vitest'
import { NEW_ACCOUNT } from '../../../src/index.ts'
import { RULE_SETS } from '../../../src/rule-sets.ts'
import { delegationTo } from '../../../src/transaction/delegation.ts'
import { floorGas, intrinsicGas } from '../../../src/transaction/intrinsic-gas.ts'
import type { PricedTransaction } from '../../../src/transaction/transaction-rules.ts'
import { type TransactionPlace, validateTransaction } from '../../../src/transaction/validate-transaction.ts'
import { codeOf } from '../../support/code-of.ts'
import { signAuthorization, signTransaction, type TransactionPlan } from '../../support/sign-transaction.ts'
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
  senderCode: new Uint8Array(0),
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
    expect(await judge({ senderCode: Uint8Array.of(1) })).toBe('EXECUTION_SENDER_CODE')
    expect(await judge({ senderCode: delegationTo(wallet.address) })).toBe('EXECUTION_SENDER_CODE')
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

describe('a transaction in a block of Osaka', () => {
  const rules = RULE_SETS.osaka.transactions
  const rich = { rules, sender: { ...place.sender, balance: 10n ** 18n }, gasLeft: 30_000_000n }
  const authorizationList = [signAuthorization(wallet, { address: wallet.address, nonce: 0n })]
  const delegating = signTransaction(wallet, { ...plan, type: 4, authorizationList, gasLimit: 46_000n })

  test('may be of type 4, which Cancun does not know, as no rule set knows blobs', async () => {
    expect(await judge(rich, delegating)).toBe('accepted')
    expect(await judge({ ...rich, rules: place.rules }, delegating)).toBe('EXECUTION_TRANSACTION_TYPE')
    expect(await judge(rich, { ...delegating, type: 3 as 4 })).toBe('EXECUTION_TRANSACTION_TYPE')
    for (const type of [0, 1, 2] as const) {
      expect(await judge(rich, signTransaction(wallet, { ...plan, type }))).toBe('accepted')
    }
  })

  test('uses at most 2^24 gas, whatever room its block has (EIP-7825)', async () => {
    const largest = signTransaction(wallet, { ...plan, gasLimit: 16_777_216n })
    const larger = { ...largest, gasLimit: 16_777_217n }
    expect(await judge(rich, largest)).toBe('accepted')
    expect(await judge(rich, larger)).toBe('EXECUTION_TRANSACTION_GAS')
    expect(await judge({ ...rich, rules: place.rules }, larger)).toBe('accepted')
  })

  test('has the floor of its data (EIP-7623) and the price of its authorizations (EIP-7702)', async () => {
    const data = Uint8Array.of(0, 1, 2)
    const floor = 21_000n + 10n + 2n * 40n
    const exact = signTransaction(wallet, { ...plan, data, gasLimit: floor })
    const short = { ...exact, gasLimit: floor - 1n }
    expect(await judge(rich, exact)).toBe('accepted')
    expect(await judge(rich, short)).toBe('EXECUTION_INTRINSIC_GAS')
    expect(await judge({ ...rich, rules: place.rules }, short)).toBe('accepted')
    expect(await judge(rich, { ...delegating, gasLimit: 45_999n })).toBe('EXECUTION_INTRINSIC_GAS')
  })

  test('may be sent by an account that delegates, not by a contract', async () => {
    const code = delegationTo(wallet.address)
    expect(await judge({ ...rich, senderCode: code })).toBe('accepted')
    for (const other of [code.slice(0, 22), Uint8Array.of(...code, 0), code.with(2, 1), Uint8Array.of(0xef)]) {
      expect(await judge({ ...rich, senderCode: other })).toBe('EXECUTION_SENDER_CODE')
    }
  })
})

describe('intrinsicGas', () => {
  const to = wallet.address
  const slot = hash32(to)
  const plain: PricedTransaction = { to, data: new Uint8Array(0), accessList: [], authorizationList: [] }
  const { authorizationList } = signTransaction(wallet, {
    ...{ ...plan, type: 4, gasLimit: 10n ** 6n },
    authorizationList: [0n, 1n].map((nonce) => signAuthorization(wallet, { address: to, nonce })),
  })
  test.each<[string, Partial<PricedTransaction>, bigint]>([
    ['a transfer', {}, 21_000n],
    ['zeros and other bytes', { data: Uint8Array.of(0, 0, 7) }, 21_000n + 8n + 16n],
    ['a creation without code', { to: undefined }, 53_000n],
    ['a word of init code', { to: undefined, data: new Uint8Array(32) }, 53_000n + 128n + 2n],
    ['a byte more', { to: undefined, data: new Uint8Array(33) }, 53_000n + 132n + 4n],
    ['an access list', { accessList: [{ address: to, storageKeys: [slot, slot] }] }, 21_000n + 2_400n + 3_800n],
    ['two authorizations', { authorizationList }, 71_000n],
  ])('of %s', (_name, subject, gas) => {
    expect(intrinsicGas({ ...plain, ...subject })).toBe(gas)
  })

  test('is not the floor, which counts data only: zeros at 10, others at 40', () => {
    expect(floorGas({ data: Uint8Array.of(0, 0, 7) })).toBe(21_000n + 20n + 40n)
    expect(floorGas({ data: new Uint8Array(0) })).toBe(21_000n)
  })
})
