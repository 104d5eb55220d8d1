import { equalBytes, HARDFORKS, toAddress, uintToBytes } from '@poai/core'
import { expect, test } from 'vitest'
import {
  delegationTo,
  HISTORY_CONTRACT,
  ImaginedState,
  precompilesOf,
  type SimulatedBlock,
} from '../../../src/index.ts'
import { callData, initCode } from '../../support/contracts.ts'
import { signAuthorization, signTransaction } from '../../support/sign-transaction.ts'
import { blockHash, genesisAccount, SmallChain } from '../../support/small-chain.ts'
import { createdAddress, createWallets, type Wallet } from '../../support/wallets.ts'

const [alice, poor] = createWallets(2) as [Wallet, Wallet]
const stranger = toAddress(new Uint8Array(20).fill(0x77))
const token = createdAddress(alice.address, 0)
const chain = new SmallChain([genesisAccount(alice.address)])
await chain.append([signTransaction(alice, { nonce: 0n, data: initCode('Token', 1_000), gasLimit: 2_000_000n })])

const transfer = (nonce: bigint, value: number): ReturnType<typeof signTransaction> =>
  signTransaction(alice, {
    ...{ nonce, to: token, gasLimit: 1_000_000n },
    data: callData('Token', 'transfer(address,uint256)', stranger, value),
  })

const GAS = { gasLeft: 30_000_000n } as const

function simulate<T>(state: ImaginedState, work: (block: SimulatedBlock) => Promise<T>): Promise<T> {
  return chain.execution.simulateBlock({ state, environment: chain.environment(), blockHash }, work)
}

test('does what a block does, in a state that only it has', async () => {
  const before = structuredClone(chain.state.nodes)
  const sent = [transfer(1n, 10), transfer(2n, 20)]
  const state = new ImaginedState(chain.state)
  const gas = await simulate(state, async (block) => {
    let used = 0n
    for (const transaction of sent)
      used += (await block.run({ transaction, sender: alice.address }, { ...GAS, isStrict: true })).gasUsed
    return used
  })
  expect(gas).toBe((await chain.execute(sent)).gasUsed)
  expect(chain.state.nodes).toEqual(before)
  await simulate(state, async (block) => expect(block.nonceOf(alice.address)).toBe(3n))
  expect(new ImaginedState(chain.state).world.account(alice.address)?.nonce).toBe(1n)
})

test('begins a block as its rule set wants, and lets accounts delegate where that is known', async () => {
  const osaka = new SmallChain([genesisAccount(alice.address)], { hardfork: 'osaka' })
  const authorizationList = [signAuthorization(poor, { address: stranger, nonce: 0n })]
  const transaction = signTransaction(alice, {
    ...{ type: 4, nonce: 0n, to: poor.address, gasLimit: 100_000n, authorizationList },
  })
  const sent = { transaction, sender: alice.address }
  const state = new ImaginedState(osaka.state)
  const place = { state, environment: osaka.environment(), blockHash }
  const outcome = await osaka.execution.simulateBlock(place, (block) => block.run(sent, { ...GAS, isStrict: true }))
  expect(outcome.gasUsed).toBe((await osaka.execute([transaction])).gasUsed)
  expect(state.world.code(poor.address)).toEqual(delegationTo(stranger))
  expect(state.world.slot(HISTORY_CONTRACT, uintToBytes(0n, 32))).toEqual(blockHash(0n))
  // Sent by an account that delegates, and by more gas than a transaction may use.
  await osaka.execution.simulateBlock(place, async (block) => {
    const own = { transaction: signTransaction(poor, { nonce: 1n, to: stranger }), sender: poor.address }
    const big = { ...own, transaction: { ...own.transaction, gasLimit: (1n << 24n) + 1n, maxFeePerGas: 0n } }
    await expect(block.run(big, { ...GAS, isStrict: true })).rejects.toMatchObject({
      code: 'EXECUTION_TRANSACTION_GAS',
    })
    expect(await block.run(big, { ...GAS, isStrict: false })).toMatchObject({ succeeded: true })
  })
  // Cancun.
  const before = simulate(new ImaginedState(chain.state), (block) => block.run(sent, { ...GAS, isStrict: false }))
  await expect(before).rejects.toMatchObject({ code: 'EXECUTION_TRANSACTION_TYPE' })
})

test('asks for nonce and fee only where it is strict, and for coins and gas always', async () => {
  await simulate(new ImaginedState(chain.state), async (block) => {
    const ahead = { transaction: transfer(9n, 1), sender: alice.address }
    const cheap = { ...ahead, transaction: { ...transfer(1n, 1), maxFeePerGas: 0n, maxPriorityFeePerGas: 0n } }
    const run = (sent: typeof ahead, isStrict: boolean, gasLeft: bigint = GAS.gasLeft): Promise<unknown> =>
      block.run(sent, { isStrict, gasLeft })
    await expect(run(ahead, true)).rejects.toMatchObject({ code: 'EXECUTION_NONCE' })
    await expect(run(cheap, true)).rejects.toMatchObject({ code: 'EXECUTION_FEE_BELOW_BASE' })
    await expect(run(ahead, false, 999_999n)).rejects.toMatchObject({ code: 'EXECUTION_BLOCK_GAS' })
    await expect(run({ ...ahead, sender: poor.address }, false)).rejects.toMatchObject({ code: 'EXECUTION_FUNDS' })
    expect(await run(ahead, false)).toMatchObject({ succeeded: true })
    expect(await run(cheap, false)).toMatchObject({ succeeded: true })
    // A contract as the sender: nobody has signed.
    expect(await run({ ...cheap, sender: token }, false)).toMatchObject({ succeeded: false, failure: 'revert' })
  })
})

test('takes slots away that were read, written or never looked at', () => {
  const state = new ImaginedState(chain.state)
  const { world } = state
  const slots = [0n, 1n, 2n].map((number) => uintToBytes(number, 32))
  for (const slot of slots) world.setSlot(token, slot, Uint8Array.of(5))
  state.override([{ address: token, storage: new Map() }])
  for (const slot of slots) expect(world.slot(token, slot)).toEqual(new Uint8Array(0))
  state.override([{ address: token, slots: new Map([[chain.state.stateRoot, Uint8Array.of(0, 7)]]) }])
  expect(world.slot(token, chain.state.stateRoot)).toEqual(Uint8Array.of(7))
})

test('names the precompiles of each rule set, in their order', () => {
  const last = toAddress(uintToBytes(10n, 20))
  for (const hardfork of HARDFORKS) {
    const all = precompilesOf({ hardfork })
    expect(all[0]).toEqual(toAddress(uintToBytes(1n, 20)))
    expect(all.some((address) => equalBytes(address, last))).toBe(true)
  }
})
