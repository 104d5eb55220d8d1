import { type Address, type Authorization, concatBytes, hex, toAddress, uintToBytes } from '@poai/core'
import { describe, expect, test } from 'vitest'
import type { CallOutcome } from '../../../src/index.ts'
import { encodeG1, encodeG2, randomG1, randomG2 } from '../../support/bls-points.ts'
import { createRandom } from '../../support/random.ts'
import { signAuthorization, signTransaction } from '../../support/sign-transaction.ts'
import { blockHash, SmallChain } from '../../support/small-chain.ts'
import { createWallets, type Wallet } from '../../support/wallets.ts'

const chain = new SmallChain([], { hardfork: 'osaka' })
const caller: Address = toAddress(new Uint8Array(20).fill(1))
const GAS = 30_000_000n

interface RunOptions {
  readonly waits?: boolean
  readonly authorizationList?: readonly Authorization[]
}

interface Counted {
  readonly outcome: CallOutcome
  readonly pauses: number
}

const G1 = encodeG1(randomG1(createRandom('pausing')))
const G2 = encodeG2(randomG2(createRandom('pausing')))
const SCALAR = new Uint8Array(32).fill(7)

function repeatBytes(bytes: Uint8Array, times: number): Uint8Array {
  return concatBytes(...new Array<Uint8Array>(times).fill(bytes))
}

function repeated(code: string, times: number): Uint8Array {
  return hex(`0x${code.repeat(times)}`)
}

/** Copies its input to memory and calls the precompile once with all gas. */
function callOf(precompile: number): Uint8Array {
  return concatBytes(hex('0x365f5f375f5f365f60'), Uint8Array.of(precompile), hex('0x5afa00'))
}

async function run(
  code: Uint8Array,
  data: Uint8Array = new Uint8Array(0),
  { waits = true, authorizationList = [] }: RunOptions = {},
): Promise<Counted> {
  let pauses = 0
  const pause = (): Promise<void> | undefined => {
    pauses++
    return waits ? Promise.resolve() : undefined
  }
  const outcome = await chain.execution.executeCall({
    state: chain.state,
    environment: chain.environment(),
    blockHash,
    message: {
      from: caller,
      to: caller,
      value: 0n,
      data,
      accessList: [],
      authorizationList,
      gasLimit: GAS,
      gasPrice: 0n,
    },
    overrides: [{ address: caller, code }],
    pause,
  })
  return { outcome, pauses }
}

describe('an execution asks whether to pause', () => {
  test.each([
    ['every 64 steps of code that never jumps', repeated('5a50', 3_200), 100],
    ['before each hash, copy and log, however few they are', repeated('62010000' + '5f20505f5f5fa0', 20), 40],
    ['in a loop', hex('0x61ffff5b600190038060035700'), 1_000],
  ])('%s', async (_, code, least) => {
    const { outcome, pauses } = await run(code)
    expect(outcome.failure).toBeUndefined()
    expect(pauses).toBeGreaterThanOrEqual(least)
  })

  test('within BLAKE2F, every ten thousand rounds', async () => {
    const input = concatBytes(uintToBytes(105_000n, 4), new Uint8Array(208), Uint8Array.of(1))
    const { outcome, pauses } = await run(callOf(9), input)
    expect(outcome.failure).toBeUndefined()
    expect(pauses).toBeGreaterThanOrEqual(10)
  })

  test.each<[string, number, Uint8Array, number]>([
    ['a sum in G1 of BLS12-381, every eight terms', 0x0c, repeatBytes(concatBytes(G1, SCALAR), 41), 5],
    ['a sum in G2, every four', 0x0e, repeatBytes(concatBytes(G2, SCALAR), 21), 5],
    ['a pairing, at every pair', 0x0f, repeatBytes(concatBytes(G1, G2), 6), 6],
  ])('within %s', async (_, precompile, input, least) => {
    const [long, short] = [await run(callOf(precompile), input), await run(callOf(4))]
    expect(long.outcome.failure).toBeUndefined()
    expect(long.outcome.gasUsed).toBeGreaterThan(21_000n + 37_700n)
    expect(long.pauses - short.pauses).toBe(least)
  })

  test('before each authorization of a message', async () => {
    const [sender, ...authorities] = createWallets(9) as [Wallet, ...Wallet[]]
    const { authorizationList } = signTransaction(sender, {
      ...{ type: 4, nonce: 0n, to: caller, gasLimit: 300_000n },
      authorizationList: authorities.map((wallet) => signAuthorization(wallet, { address: caller, nonce: 0n })),
    })
    const { pauses } = await run(new Uint8Array(0), new Uint8Array(0), { authorizationList })
    expect(pauses).toBe(authorizationList.length)
  })

  test('and comes to the same whether it waits or not', async () => {
    const code = hex('0x61ffff5b60019003805f525f60205f2060035700')
    expect((await run(code)).outcome).toEqual((await run(code, new Uint8Array(0), { waits: false })).outcome)
  })

  test('and is given up by what a pause throws', async () => {
    const input = { state: chain.state, environment: chain.environment(), blockHash }
    const message = {
      from: caller,
      to: caller,
      value: 0n,
      data: new Uint8Array(0),
      accessList: [],
      authorizationList: [],
      gasPrice: 0n,
    }
    const pause = (): never => {
      throw new RangeError('nobody waits')
    }
    const overrides = [{ address: caller, code: hex('0x5b5f56') }]
    const call = chain.execution.executeCall({ ...input, message: { ...message, gasLimit: GAS }, overrides, pause })
    await expect(call).rejects.toThrow('nobody waits')
  })
})

test('finds the targets of jumps once, however often a contract is called', async () => {
  // Jumps to a JUMPDEST and stops; data follows that is expensive to look through.
  const large = concatBytes(hex('0x600456fe5b00'), new Uint8Array(24_000).fill(0x60))
  const other = toAddress(new Uint8Array(20).fill(2))
  const code = concatBytes(hex('0x5b5f5f5f5f73'), other, hex('0x5afa505f56'))
  const begunMs = performance.now()
  const outcome = await chain.execution.executeCall({
    ...{ state: chain.state, environment: chain.environment(), blockHash },
    message: {
      from: caller,
      to: caller,
      value: 0n,
      data: new Uint8Array(0),
      accessList: [],
      authorizationList: [],
      gasLimit: 2_000_000n,
      gasPrice: 0n,
    },
    overrides: [
      { address: caller, code },
      { address: other, code: large },
    ],
  })
  expect(outcome.failure).toBe('out of gas')
  // Nearly 30,000 calls: half a millisecond each would be fifteen seconds.
  expect(performance.now() - begunMs).toBeLessThan(8_000)
})
