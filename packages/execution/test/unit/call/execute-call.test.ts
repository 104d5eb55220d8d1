import { bytesToHex, bytesToUint, hex, toAddress, toHash32, uintToBytes } from '@poai/core'
import { describe, expect, test } from 'vitest'
import type { CallInput, CallOutcome, TraceStep } from '../../../src/index.ts'
import { callData, initCode } from '../../support/contracts.ts'
import { signTransaction } from '../../support/sign-transaction.ts'
import { blockHash, genesisAccount, SmallChain } from '../../support/small-chain.ts'
import { createdAddress, createWallets, type Wallet } from '../../support/wallets.ts'

const [alice] = createWallets(1) as [Wallet]
const stranger = toAddress(new Uint8Array(20).fill(0x77))
const token = createdAddress(alice.address, 0)
const chain = new SmallChain([genesisAccount(alice.address)])
await chain.append([signTransaction(alice, { nonce: 0n, data: initCode('Token', 1_000), gasLimit: 2_000_000n })])

function call(message: Partial<CallInput['message']>, rest: Partial<CallInput> = {}): Promise<CallOutcome> {
  return chain.execution.executeCall({
    state: chain.state,
    environment: chain.environment(),
    blockHash,
    message: {
      from: alice.address,
      to: token,
      value: 0n,
      data: new Uint8Array(0),
      accessList: [],
      authorizationList: [],
      gasLimit: 1_000_000n,
      gasPrice: 0n,
      ...message,
    },
    ...rest,
  })
}

const transfer = (to: Uint8Array, value: number): Uint8Array =>
  callData('Token', 'transfer(address,uint256)', to, value)

describe('executeCall', () => {
  test('answers what a transaction would do, with the same gas, and keeps nothing', async () => {
    const before = structuredClone(chain.state.nodes)
    const outcome = await call({ data: transfer(stranger, 10) })
    expect(outcome).toMatchObject({ succeeded: true, failure: undefined })
    expect(bytesToUint(outcome.returnData)).toBe(1n)
    expect(outcome.logs).toHaveLength(1)
    expect(chain.state.nodes).toEqual(before)
    const sent = signTransaction(alice, { nonce: 1n, to: token, data: transfer(stranger, 10), gasLimit: 1_000_000n })
    expect((await chain.execute([sent])).gasUsed).toBe(outcome.gasUsed)
  })

  test('is not changed by calls before it or beside it', async () => {
    const alone = await call({ data: transfer(stranger, 10) })
    const beside = await Promise.all([1, 2, 3].map(() => call({ data: transfer(stranger, 10) })))
    await call({ data: transfer(stranger, 1_001) })
    for (const outcome of [...beside, await call({ data: transfer(stranger, 10) })]) expect(outcome).toEqual(alone)
  })

  test('goes on after one whose state could not be read', async () => {
    const broken: CallInput['state'] = {
      account: (address) => chain.state.account(address),
      code: (codeHash) => chain.state.code(codeHash),
      storage: () => {
        throw new Error('no disk')
      },
    }
    const alone = await call({ data: transfer(stranger, 10) })
    await expect(call({ data: transfer(stranger, 10) }, { state: broken })).rejects.toThrow('no disk')
    expect(await call({ data: transfer(stranger, 10) })).toEqual(alone)
  })

  test('of a transfer costs the intrinsic gas', async () => {
    expect(await call({ to: stranger, value: 5n })).toMatchObject({ succeeded: true, gasUsed: 21_000n })
  })

  test('tells why it was undone', async () => {
    const outcome = await call({ data: transfer(stranger, 1_001) })
    expect(outcome).toMatchObject({ succeeded: false, failure: 'revert' })
    // Error(string)
    expect(bytesToHex(outcome.returnData.subarray(0, 4))).toBe('0x08c379a0')
    expect(await call({ data: transfer(stranger, 1), gasLimit: 25_000n })).toMatchObject({ failure: 'out of gas' })
  })

  test('refuses a message that cannot begin', async () => {
    expect(await call({ to: stranger, gasLimit: 20_999n })).toMatchObject({ failure: 'intrinsic gas too low' })
    expect(await call({ from: stranger, value: 1n })).toMatchObject({ failure: 'insufficient balance' })
    expect(await call({ from: stranger, to: undefined, value: 1n })).toMatchObject({ failure: 'insufficient balance' })
  })

  test('says where a creation would be and what would be there', async () => {
    const outcome = await call({ to: undefined, data: initCode('Token', 1) })
    expect(outcome.createdAddress).toEqual(createdAddress(alice.address, 1))
    expect(outcome.returnData).toEqual(
      chain.state.code(chain.state.account(token)?.codeHash ?? toHash32(new Uint8Array(32))),
    )
  })

  test('takes overrides for what the state says', async () => {
    const rich = await call(
      { from: stranger, value: 1n, to: alice.address },
      { overrides: [{ address: stranger, balance: 1n }] },
    )
    expect(rich.succeeded).toBe(true)
    // SLOAD(0), MSTORE at 0, RETURN 32 bytes.
    const code = hex('0x5f545f5260205ff3')
    const slots = new Map([[toHash32(new Uint8Array(32)), uintToBytes(77n, 32)]])
    const answered = await call({ to: stranger }, { overrides: [{ address: stranger, code, slots }] })
    expect(bytesToUint(answered.returnData)).toBe(77n)
    expect(await call({ to: stranger })).toMatchObject({ returnData: new Uint8Array(0) })
  })

  test('makes an access list, with which the call costs less', async () => {
    const through = stranger
    // CALL to the token's balanceOf(0) by a contract: an address and a slot that are not the target's.
    const code = hex(`0x6370a0823160e01b5f5260205f60245f5f73${bytesToHex(token).slice(2)}5af100`)
    const overrides = [{ address: through, code }]
    const plain = await call({ to: through }, { overrides })
    expect(plain.accessList.map(({ address }) => bytesToHex(address))).toEqual([bytesToHex(token)])
    expect(plain.accessList[0]?.storageKeys).toHaveLength(1)
    const listed = await call({ to: through, accessList: plain.accessList }, { overrides })
    expect(listed.accessList).toEqual(plain.accessList)
    expect(plain.gasUsed - listed.gasUsed).toBe(2_500n + 2_000n - 2_400n - 1_900n)
  })

  test('shows every instruction', async () => {
    const steps: Pick<TraceStep, 'programCounter' | 'opcodeName' | 'stack' | 'gasCost'>[] = []
    await call(
      { to: stranger },
      {
        overrides: [{ address: stranger, code: hex('0x60016002015f5500') }],
        onStep: ({ programCounter, opcodeName, stack, gasCost }) =>
          steps.push({ programCounter, opcodeName, stack: [...stack], gasCost }),
      },
    )
    expect(steps).toEqual([
      { programCounter: 0, opcodeName: 'PUSH1', stack: [], gasCost: 3n },
      { programCounter: 2, opcodeName: 'PUSH1', stack: [1n], gasCost: 3n },
      { programCounter: 4, opcodeName: 'ADD', stack: [1n, 2n], gasCost: 3n },
      { programCounter: 5, opcodeName: 'PUSH0', stack: [3n], gasCost: 2n },
      { programCounter: 6, opcodeName: 'SSTORE', stack: [3n, 0n], gasCost: 22_100n },
      { programCounter: 7, opcodeName: 'STOP', stack: [], gasCost: 0n },
    ])
  })
})

describe('a contract that calls itself', () => {
  // Counts its depth in slot 0 from the inside out: CALL itself, then SSTORE(0, SLOAD(0) + 1).
  const code = hex('0x5f5f5f5f5f305af1505f5460010160005500')

  test('comes to the depth limit of 1,024, and no further', async () => {
    const overrides = [{ address: stranger, code }]
    const depths: number[] = []
    const outcome = await call(
      { to: stranger, gasLimit: 10n ** 15n },
      { overrides, onStep: ({ depth, opcodeName }) => opcodeName === 'ADDRESS' && depths.push(depth) },
    )
    expect(outcome.succeeded).toBe(true)
    expect(depths).toEqual(Array.from({ length: 1_025 }, (_, depth) => depth))
  })
})
