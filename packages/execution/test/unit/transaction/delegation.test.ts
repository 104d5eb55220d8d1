import { type Address, bytesToHex, concatBytes, hex, toAddress, uintToBytes, ZERO_ADDRESS } from '@poai/core'
import { describe, expect, test } from 'vitest'
import type { BlockOutcome } from '../../../src/index.ts'
import { delegationTo } from '../../../src/transaction/delegation.ts'
import { type SignedAuthorization, signAuthorization, signTransaction } from '../../support/sign-transaction.ts'
import { blockHash, genesisAccount, SmallChain } from '../../support/small-chain.ts'
import { createWallets, type Wallet } from '../../support/wallets.ts'

const [sender, alice, bob] = createWallets(3) as [Wallet, Wallet, Wallet]
const GAS = 200_000n
const BASE = 21_000n
const EACH = 25_000n
const BACK = 12_500n

function numbered(index: number): Address {
  return toAddress(uintToBytes(BigInt(index), 20))
}

/** Stores 1 in slot 1 of whoever runs it. */
const WRITER = numbered(0xaa01)
/** Reverts. */
const REVERTER = numbered(0xaa02)
/** Returns its own CODESIZE, its account's EXTCODESIZE, and stores both. */
const SIZES = numbered(0xaa03)
const CODES: readonly (readonly [Address, Uint8Array])[] = [
  [WRITER, hex('0x600160015500')],
  [REVERTER, hex('0x5f5ffd')],
  [SIZES, hex('0x385f55303b600155')],
]

function chain(): SmallChain {
  const contracts = CODES.map(([address, code]) => genesisAccount(address, { balance: 0n, code, nonce: 1n }))
  return new SmallChain([genesisAccount(sender.address), genesisAccount(alice.address), ...contracts], {
    hardfork: 'osaka',
  })
}

interface Delegating {
  readonly list: readonly SignedAuthorization[]
  readonly to?: Address
  readonly nonce?: bigint
  readonly from?: Wallet
  readonly data?: Uint8Array
}

async function run(
  on: SmallChain,
  { list, to = numbered(0xe0), nonce = 0n, from = sender, data }: Delegating,
): Promise<BlockOutcome> {
  return on.append([
    signTransaction(from, {
      ...{ type: 4, nonce, gasLimit: GAS, to, authorizationList: list },
      ...(data === undefined ? {} : { data }),
    }),
  ])
}

function codeOf({ state }: SmallChain, address: Address): string {
  const account = state.account(address)
  const code = account === undefined ? undefined : state.code(account.codeHash)
  return bytesToHex(code ?? new Uint8Array(0))
}

function slotOf({ state }: SmallChain, address: Address, slot: number): string {
  return bytesToHex(state.storage(address, uintToBytes(BigInt(slot), 32) as never))
}

const delegated = (to: Address): string => bytesToHex(delegationTo(to))

describe('authorizations', () => {
  test('put the indicator where code stands, count the nonce, and pay back for accounts that are there', async () => {
    const on = chain()
    const list = [
      signAuthorization(alice, { address: WRITER, nonce: 0n }),
      signAuthorization(bob, { address: WRITER, nonce: 0n, chainId: 0n }),
    ]
    const { gasUsed } = await run(on, { list })
    expect(codeOf(on, alice.address)).toBe(delegated(WRITER))
    expect(codeOf(on, bob.address)).toBe(delegated(WRITER))
    expect(on.state.account(alice.address)?.nonce).toBe(1n)
    // Bob's account is new: only Alice's is paid back, as far as a fifth of all gas goes.
    expect(gasUsed).toBe(BASE + 2n * EACH - BACK)
  })

  test.each<[string, SignedAuthorization]>([
    ['another chain', signAuthorization(alice, { address: WRITER, nonce: 0n, chainId: 78n })],
    ['a nonce too high', signAuthorization(alice, { address: WRITER, nonce: 1n })],
    ['the last nonce', signAuthorization(alice, { address: WRITER, nonce: (1n << 64n) - 1n })],
    ['a parity of 2', signAuthorization(alice, { address: WRITER, nonce: 0n }).with(3, Uint8Array.of(2))],
    ['an r of 0', signAuthorization(alice, { address: WRITER, nonce: 0n }).with(4, new Uint8Array(0))],
    [
      'an s in the upper half',
      signAuthorization(alice, { address: WRITER, nonce: 0n }).with(5, new Uint8Array(32).fill(0x80)),
    ],
    [
      'an r beyond the curve',
      signAuthorization(alice, { address: WRITER, nonce: 0n }).with(4, new Uint8Array(32).fill(0xff)),
    ],
  ])('with %s are passed over, and paid for', async (_, authorization) => {
    const on = chain()
    const good = signAuthorization(bob, { address: WRITER, nonce: 0n })
    const { gasUsed, receipts } = await run(on, { list: [authorization, good] })
    expect(codeOf(on, alice.address)).toBe('0x')
    expect(on.state.account(alice.address)?.nonce).toBe(0n)
    expect(codeOf(on, bob.address)).toBe(delegated(WRITER))
    expect(gasUsed).toBe(BASE + 2n * EACH)
    expect(receipts).toMatchObject([{ type: 4, status: 1 }])
  })

  test('of contracts are passed over; of accounts that delegate, they replace', async () => {
    const on = new SmallChain(
      [genesisAccount(sender.address), genesisAccount(alice.address, { code: Uint8Array.of(0xef, 1) })],
      { hardfork: 'osaka' },
    )
    await run(on, { list: [signAuthorization(alice, { address: WRITER, nonce: 0n })] })
    expect(codeOf(on, alice.address)).toBe('0xef01')
    await run(on, { nonce: 1n, list: [signAuthorization(bob, { address: WRITER, nonce: 0n })] })
    await run(on, { nonce: 2n, list: [signAuthorization(bob, { address: SIZES, nonce: 1n })] })
    expect(codeOf(on, bob.address)).toBe(delegated(SIZES))
  })

  test('of one account count one after the other; the zero address ends a delegation', async () => {
    const on = chain()
    const [first, second] = [WRITER, SIZES].map((address, index) =>
      signAuthorization(alice, { address, nonce: BigInt(index) }),
    ) as [SignedAuthorization, SignedAuthorization]
    await run(on, { list: [first, first, second] })
    expect(codeOf(on, alice.address)).toBe(delegated(SIZES))
    expect(on.state.account(alice.address)?.nonce).toBe(2n)
    await run(on, { nonce: 1n, list: [signAuthorization(alice, { address: ZERO_ADDRESS, nonce: 2n })] })
    expect(codeOf(on, alice.address)).toBe('0x')
    expect(on.state.account(alice.address)?.nonce).toBe(3n)
  })

  test('of the sender itself take the nonce after its transaction', async () => {
    const on = chain()
    await run(on, { list: [signAuthorization(sender, { address: WRITER, nonce: 0n })] })
    expect(codeOf(on, sender.address)).toBe('0x')
    await run(on, { nonce: 1n, list: [signAuthorization(sender, { address: WRITER, nonce: 2n })] })
    expect(codeOf(on, sender.address)).toBe(delegated(WRITER))
    // An account that delegates goes on sending.
    const { receipts } = await run(on, { nonce: 3n, list: [signAuthorization(bob, { address: WRITER, nonce: 0n })] })
    expect(receipts[0]?.status).toBe(1)
  })

  test('stay where the transaction is undone', async () => {
    const on = chain()
    const list = [signAuthorization(alice, { address: REVERTER, nonce: 0n })]
    const { receipts, gasUsed } = await run(on, { list, to: alice.address })
    expect(receipts[0]?.status).toBe(0)
    expect(codeOf(on, alice.address)).toBe(delegated(REVERTER))
    expect(on.state.account(alice.address)?.nonce).toBe(1n)
    // Two pushes; what comes back is at most a fifth.
    const spent = BASE + EACH + 4n
    expect(gasUsed).toBe(spent - spent / 5n)
  })
})

describe('code of a delegating account', () => {
  test('runs in the account, with the value and the storage of the account', async () => {
    const on = chain()
    await run(on, { list: [signAuthorization(alice, { address: WRITER, nonce: 0n })], to: alice.address })
    expect(slotOf(on, alice.address, 1)).toBe('0x01')
    expect(slotOf(on, WRITER, 1)).toBe('0x')
  })

  test('is 23 bytes to others and itself to itself', async () => {
    const on = chain()
    await run(on, { list: [signAuthorization(alice, { address: SIZES, nonce: 0n })], to: alice.address })
    const length = CODES.find(([address]) => address === SIZES)?.[1].length ?? 0
    expect(slotOf(on, alice.address, 0)).toBe(bytesToHex(Uint8Array.of(length)))
    expect(slotOf(on, alice.address, 1)).toBe('0x17')
  })

  test('is followed once, and a precompile has none', async () => {
    const on = chain()
    const list = [
      signAuthorization(alice, { address: bob.address, nonce: 0n }),
      signAuthorization(bob, { address: alice.address, nonce: 0n }),
    ]
    // The code that is found is the indicator, which begins with an invalid instruction.
    expect((await run(on, { list, to: alice.address })).receipts[0]?.status).toBe(0)
    const precompile = [signAuthorization(alice, { address: numbered(2), nonce: 1n })]
    const { receipts, gasUsed } = await run(on, { nonce: 1n, list: precompile, to: alice.address })
    expect(receipts[0]?.status).toBe(1)
    const spent = BASE + EACH
    expect(gasUsed).toBe(spent - spent / 5n)
  })

  test('costs a cold access for its place in a call, and a warm one where the transaction begins with it', async () => {
    const on = chain()
    await run(on, { list: [signAuthorization(alice, { address: WRITER, nonce: 0n })] })
    // CALL alice, with all gas, then stop.
    const caller = numbered(0xaa09)
    const call = concatBytes(hex('0x5f5f5f5f5f73'), alice.address, hex('0x5af100'))
    const fresh = new SmallChain(
      [
        ...[genesisAccount(sender.address), genesisAccount(caller, { code: call })],
        ...[genesisAccount(alice.address, { code: delegationTo(numbered(0xe1)), nonce: 1n })],
      ],
      { hardfork: 'osaka' },
    )
    const plain = await fresh.execute([signTransaction(sender, { nonce: 0n, gasLimit: GAS, to: caller })])
    const pushes = 5n * 2n + 3n + 2n
    expect(plain.gasUsed).toBe(BASE + pushes + 2_600n + 2_600n)
    const warm = await fresh.execute([
      signTransaction(sender, {
        ...{ nonce: 0n, gasLimit: GAS, to: caller, type: 1 },
        accessList: [{ address: numbered(0xe1), storageKeys: [] }],
      }),
    ])
    expect(warm.gasUsed).toBe(BASE + 2_400n + pushes + 2_600n + 100n)
  })
})

describe('the floor of data (EIP-7623)', () => {
  test('is what a transaction pays at least, whatever comes back', async () => {
    const on = chain()
    const data = new Uint8Array(100).fill(7)
    const transfer = signTransaction(sender, { nonce: 0n, gasLimit: GAS, to: bob.address, data })
    expect((await on.execute([transfer])).gasUsed).toBe(BASE + 4_000n)
    const cancun = new SmallChain([genesisAccount(sender.address)])
    expect((await cancun.execute([transfer])).gasUsed).toBe(BASE + 1_600n)
    // Work that costs more than the floor is paid as before: 22,100 for a new slot.
    const writing = signTransaction(sender, { nonce: 0n, gasLimit: GAS, to: WRITER, data })
    expect((await on.execute([writing])).gasUsed).toBe(BASE + 1_600n + 22_106n)
  })
})

describe('hashes of blocks in the state (EIP-2935)', () => {
  const HISTORY = toAddress(hex('0x0000f90827f1c53a10cb7a02335b175320002935'))
  /** Asks the contract for the block in the data, and keeps the answer in slot 0. */
  const ASKER = numbered(0xaa0a)
  const asker = concatBytes(hex('0x5f355f5260205f60205f73'), HISTORY, hex('0x5afa6001555f515f5500'))

  function withAsker(): SmallChain {
    return new SmallChain([genesisAccount(sender.address), genesisAccount(ASKER, { code: asker, nonce: 1n })], {
      hardfork: 'osaka',
    })
  }

  async function ask(on: SmallChain, nonce: bigint, number: bigint): Promise<{ found: string; succeeded: string }> {
    await on.append([signTransaction(sender, { nonce, gasLimit: GAS, to: ASKER, data: uintToBytes(number, 32) })])
    return { found: slotOf(on, ASKER, 0), succeeded: slotOf(on, ASKER, 1) }
  }

  test('begin with the first block, and are the parents', async () => {
    const on = withAsker()
    await on.append([])
    expect(slotOf(on, HISTORY, 0)).toBe(bytesToHex(blockHash(0n)))
    expect(on.state.account(HISTORY)?.nonce).toBe(1n)
    await on.append([])
    expect(slotOf(on, HISTORY, 1)).toBe(bytesToHex(blockHash(1n)))
    expect(slotOf(on, HISTORY, 2)).toBe('0x')
  })

  test('are told by the contract: of the parent, not of the block itself nor of what it never saw', async () => {
    const on = withAsker()
    await on.append([])
    expect(await ask(on, 0n, 1n)).toEqual({ found: bytesToHex(blockHash(1n)), succeeded: '0x01' })
    expect((await ask(on, 1n, 3n)).succeeded).toBe('0x')
    expect((await ask(on, 2n, 9n)).succeeded).toBe('0x')
  })

  test('take places in turn: the one 8,191 blocks before goes', async () => {
    const on = withAsker()
    const at = async (number: bigint): Promise<void> => {
      const { state } = on
      const environment = { ...on.environment(), number }
      const block = { environment, blockHash, state, nodes: state, stateRoot: state.stateRoot, reward: 0n }
      state.apply(await on.execution.executeBlock({ ...block, transactions: [], senders: [] }))
    }
    await at(8_191n)
    expect(slotOf(on, HISTORY, 8_190)).toBe(bytesToHex(blockHash(8_190n)))
    await at(8_192n)
    expect(slotOf(on, HISTORY, 0)).toBe(bytesToHex(blockHash(8_191n)))
  })

  test('are not kept at Cancun', async () => {
    const on = new SmallChain([])
    await on.append([])
    expect(on.state.account(HISTORY)).toBeUndefined()
  })
})

describe('counting leading zeros (EIP-7939)', () => {
  /** CLZ of the data, kept in slot 0. */
  const CLZ = numbered(0xaa0b)
  const code = hex('0x5f351e5f5500')
  const accounts = [genesisAccount(sender.address), genesisAccount(CLZ, { code, nonce: 1n })]

  test.each<[bigint, number]>([
    [0n, 256],
    [1n, 255],
    [1n << 255n, 0],
    [(1n << 255n) - 1n, 1],
  ])('of %i is %i', async (value, zeros) => {
    const on = new SmallChain(accounts, { hardfork: 'osaka' })
    await on.append([signTransaction(sender, { nonce: 0n, gasLimit: GAS, to: CLZ, data: uintToBytes(value, 32) })])
    expect(BigInt(`${slotOf(on, CLZ, 0)}`.replace(/^0x$/, '0x0'))).toBe(BigInt(zeros))
  })

  test('is no instruction at Cancun', async () => {
    const on = new SmallChain(accounts)
    const { receipts } = await on.append([signTransaction(sender, { nonce: 0n, gasLimit: GAS, to: CLZ })])
    expect(receipts[0]?.status).toBe(0)
  })
})
