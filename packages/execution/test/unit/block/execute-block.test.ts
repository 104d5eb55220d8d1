import {
  type Address,
  bytesToHex,
  EMPTY_TRIE_ROOT,
  genesisStateRoot,
  hex,
  toAddress,
  toHash32,
  uintToBytes,
  utf8ToBytes,
} from '@poai/core'
import { describe, expect, test } from 'vitest'
import { genesisState, NEW_ACCOUNT } from '../../../src/index.ts'
import { codeOf } from '../../support/code-of.ts'
import { callData, initCode } from '../../support/contracts.ts'
import { signTransaction } from '../../support/sign-transaction.ts'
import { BASE_FEE, BENEFICIARY, genesisAccount, SmallChain } from '../../support/small-chain.ts'
import { createdAddress, createWallets, type Wallet } from '../../support/wallets.ts'

const [alice, bob] = createWallets(2) as [Wallet, Wallet]
const stranger = toAddress(new Uint8Array(20).fill(0x77))
const RICH = 10n ** 21n

function chainOf(...more: Parameters<typeof genesisAccount>[]): SmallChain {
  return new SmallChain(
    [alice, bob].map(({ address }) => genesisAccount(address)).concat(more.map((entry) => genesisAccount(...entry))),
  )
}

function balanceOf(chain: SmallChain, address: Address): bigint {
  return chain.state.account(address)?.balance ?? 0n
}

describe('money', () => {
  test('goes to the target, the miner and nobody', async () => {
    const chain = chainOf()
    const tip = 3n
    const transfer = signTransaction(alice, { nonce: 0n, to: stranger, value: 1_000n, maxPriorityFeePerGas: tip })
    const { gasUsed } = await chain.append([transfer], { reward: 5_000n })
    expect(gasUsed).toBe(21_000n)
    expect(balanceOf(chain, stranger)).toBe(1_000n)
    expect(balanceOf(chain, BENEFICIARY)).toBe(5_000n + 21_000n * tip)
    expect(balanceOf(chain, alice.address)).toBe(RICH - 1_000n - 21_000n * (BASE_FEE + tip))
  })

  test('of a legacy transaction above the base fee is all tip', async () => {
    const chain = chainOf()
    const transfer = signTransaction(alice, { type: 0, nonce: 0n, to: stranger, maxFeePerGas: BASE_FEE + 9n })
    await chain.append([transfer])
    expect(balanceOf(chain, BENEFICIARY)).toBe(21_000n * 9n)
  })

  test('is not lost or made where the sender is the target', async () => {
    const chain = chainOf()
    await chain.append([signTransaction(alice, { nonce: 0n, to: alice.address, value: 5n })])
    expect(balanceOf(chain, alice.address)).toBe(RICH - 21_000n * BASE_FEE)
  })
})

describe('empty accounts', () => {
  test('are not made by nothing sent', async () => {
    const chain = chainOf()
    const { changes } = await chain.append([signTransaction(alice, { nonce: 0n, to: stranger, value: 0n })])
    expect(changes.accounts.map(({ address }) => bytesToHex(address))).toEqual([bytesToHex(alice.address)])
    expect(chain.state.account(stranger)).toBeUndefined()
  })

  test('go when touched, those of the genesis block too, unless they hold storage', async () => {
    const slot = { key: toHash32(new Uint8Array(32)), value: 1n }
    const keeper = toAddress(new Uint8Array(20).fill(0x78))
    const chain = chainOf([stranger, { balance: 0n }], [keeper, { balance: 0n, storage: [slot] }])
    expect(chain.state.account(stranger)).toEqual(NEW_ACCOUNT)
    await chain.append([
      signTransaction(alice, { nonce: 0n, to: stranger }),
      signTransaction(alice, { nonce: 1n, to: keeper }),
    ])
    expect(chain.state.account(stranger)).toBeUndefined()
    expect(chain.state.account(keeper)).toBeDefined()
  })
})

describe('a block', () => {
  test('without transactions and reward changes nothing', async () => {
    const chain = chainOf()
    const outcome = await chain.execute([])
    expect(outcome).toMatchObject({
      stateRoot: chain.state.stateRoot,
      gasUsed: 0n,
      trieChanges: [],
      receiptsRoot: EMPTY_TRIE_ROOT,
    })
  })

  test('is refused for its second transaction, which the first one made impossible', async () => {
    const chain = chainOf()
    const transfers = [0n, 0n].map((nonce) => signTransaction(alice, { nonce, to: stranger, value: nonce }))
    expect(await codeOf(() => chain.execute(transfers))).toBe('EXECUTION_NONCE')
  })

  test('is full when its transactions may use more gas than its limit', async () => {
    const chain = chainOf()
    const transfers = [0n, 1n].map((nonce) => signTransaction(alice, { nonce, to: stranger }))
    expect(await codeOf(() => chain.execute(transfers, { gasLimit: 42_000n }))).toBe('accepted')
    expect(await codeOf(() => chain.execute(transfers, { gasLimit: 41_999n }))).toBe('EXECUTION_BLOCK_GAS')
  })

  test('stops between transactions when it is told to', async () => {
    const chain = chainOf()
    const transfer = signTransaction(alice, { nonce: 0n, to: stranger })
    await expect(chain.execute([transfer], { signal: AbortSignal.abort() })).rejects.toThrow('aborted')
  })

  test('has changes that lead back to its parent', async () => {
    const chain = chainOf()
    const root = chain.state.stateRoot
    const before = structuredClone([chain.state.accounts, chain.state.slots, chain.state.nodes])
    const outcome = await chain.append([
      signTransaction(alice, { nonce: 0n, data: initCode('Token', 1_000), gasLimit: 2_000_000n }),
      signTransaction(bob, { nonce: 0n, to: stranger, value: 7n }),
    ])
    expect(outcome.receipts.map(({ status }) => status)).toEqual([1, 1])
    chain.state.undo(outcome, root)
    expect([chain.state.accounts, chain.state.slots, chain.state.nodes]).toEqual(before)
  })

  test('fails for our own reasons, not as invalid, where the store is damaged', async () => {
    const chain = chainOf()
    chain.state.nodes.delete('accounts/0x')
    const transfer = signTransaction(alice, { nonce: 0n, to: stranger, value: 1n })
    await expect(chain.execute([transfer])).rejects.toMatchObject({ name: 'AppError', code: 'EXECUTION_STATE_MISSING' })
  })
})

describe('contracts', () => {
  test('keep code once, and lose it with a deployment that fails', async () => {
    const chain = chainOf()
    const data = initCode('Token', 1_000)
    const outcome = await chain.append([
      signTransaction(alice, { nonce: 0n, data, gasLimit: 2_000_000n }),
      signTransaction(bob, { nonce: 0n, data, gasLimit: 2_000_000n }),
      signTransaction(bob, { nonce: 1n, data: initCode('Workshop'), gasLimit: 300_000n }),
    ])
    expect(outcome.receipts.map(({ status }) => status)).toEqual([1, 1, 0])
    expect(outcome.changes.code).toHaveLength(1)
  })

  test('do not see what an earlier creation stored for its transaction only (EIP-1153)', async () => {
    const chain = chainOf()
    // TSTORE(0, 1), then deploys nine bytes: TLOAD(0), MSTORE at 0, LOG0 of that word, STOP.
    const data = hex('0x60015f5d685f5c5f5260205fa0005f5260096017f3')
    const contract = createdAddress(alice.address, 0)
    const { receipts } = await chain.append([
      signTransaction(alice, { nonce: 0n, data, gasLimit: 200_000n }),
      signTransaction(alice, { nonce: 1n, to: contract, gasLimit: 100_000n }),
    ])
    expect(receipts.map(({ status }) => status)).toEqual([1, 1])
    expect(receipts[1]?.logs[0]?.data).toEqual(uintToBytes(0n, 32))
  })

  test('that destroy themselves stay, but for those of the same transaction (EIP-6780)', async () => {
    const chain = chainOf()
    const workshop = createdAddress(alice.address, 0)
    await chain.append([signTransaction(alice, { nonce: 0n, data: initCode('Workshop'), gasLimit: 3_000_000n })])
    const call = (nonce: bigint, data: Uint8Array, value: bigint) =>
      signTransaction(alice, { nonce, to: workshop, data, value, gasLimit: 1_000_000n })
    const made = await chain.append([call(1n, callData('Workshop', 'makePlain()'), 40n)])
    const piece = made.changes.accounts.find(({ next }) => next?.balance === 40n)
    expect(piece).toBeDefined()
    const address = (piece as { address: Address }).address
    await chain.append([call(2n, callData('Workshop', 'destroyLast(address)', stranger), 0n)])
    expect(chain.state.account(address)).toMatchObject({ balance: 0n, nonce: 1n })
    expect(balanceOf(chain, stranger)).toBe(40n)
    const both = await chain.append([call(3n, callData('Workshop', 'makeAndDestroy(address)', stranger), 2n)])
    expect(both.receipts[0]?.status).toBe(1)
    expect(both.changes.accounts.every(({ previous }) => previous !== undefined)).toBe(true)
    expect(balanceOf(chain, stranger)).toBe(42n)
  })
})

describe('genesisState', () => {
  test("has core's genesis root, with code and storage", () => {
    const accounts = [
      genesisAccount(alice.address, { nonce: 3n }),
      genesisAccount(stranger, {
        balance: 0n,
        code: utf8ToBytes('code'),
        storage: [1n, 255n, 256n, (1n << 256n) - 1n].map((value) => ({ key: toHash32(uintToBytes(value, 32)), value })),
      }),
    ]
    expect(genesisState(accounts).stateRoot).toEqual(genesisStateRoot(accounts))
    expect(genesisState([]).stateRoot).toEqual(EMPTY_TRIE_ROOT)
  })
})
