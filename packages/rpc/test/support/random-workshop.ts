import { readFile } from 'node:fs/promises'
import { type Address, bytesToHex, type Hex, hex, toAddress } from '@poai/core'
import { createdAddress } from '@poai/execution'
import { signTransaction, WALLETS, type Wallet } from '@poai/testing/chain'
import { encodeFunctionData, parseAbi } from 'viem'
import type { MiningChain } from './mining-chain.ts'

const ABI = parseAbi([
  'function fail(string reason)',
  'function burn()',
  'function nested(uint256 depth, uint256 failAt)',
  'function make(bytes32 salt, bool destroyAtOnce) payable',
  'function makePlain() payable',
  'function makeAndDestroy(address heir) payable',
  'function destroyLast(address heir)',
  'function builtIn(uint160 index, bytes input, uint256 gasLimit)',
  'function indirectly(address code)',
  'function give(address to, uint256 value) payable',
])
const file = new URL('../../../execution/test/fixtures/contracts.json', import.meta.url)
const { Workshop } = JSON.parse(await readFile(file, 'utf8')) as { readonly Workshop: { readonly initCode: Hex } }

const STRANGERS = [0x98, 0x99].map((byte) => toAddress(new Uint8Array(20).fill(byte)))
/** What workshops are made by, in the first block. */
const [MAKER] = WALLETS as [Wallet]
const WORKSHOPS = [0n, 1n].map((nonce) => createdAddress(MAKER.address, nonce))

/** Numbers from 0 up to a bound that only depend on the seed (mulberry32). */
export function seeded(seed: number): (bound: number) => number {
  let state = seed | 0
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound
  }
}

type Random = ReturnType<typeof seeded>
type Plan = Omit<Parameters<typeof signTransaction>[2], 'nonce'>

function pick<T>(random: Random, items: readonly T[]): T {
  return items[random(items.length)] as T
}

function randomPlan(random: Random): Plan {
  const anybody = pick(random, [...STRANGERS, ...WORKSHOPS, ...WALLETS.map(({ address }) => address)])
  const heir = bytesToHex(anybody)
  const salt = `0x${'00'.repeat(31)}0${random(6)}` as Hex
  const calls = [
    ['make', [salt, random(2) === 0], 7n],
    ['make', [salt, false], 0n],
    ['makePlain', [], 3n],
    ['makeAndDestroy', [heir], 4n],
    ['destroyLast', [heir]],
    ['nested', [BigInt(random(4)), BigInt(random(4))]],
    ['fail', ['no']],
    ['builtIn', [BigInt(1 + random(9)), '0x010203', 10_000n]],
    ['indirectly', [heir]],
    ['give', [heir, 5n], 5n],
  ] as const
  switch (random(10)) {
    case 0:
      return { to: anybody, value: BigInt(random(3)), gasLimit: 200_000n }
    case 1:
      return { to: undefined, data: hex(pick(random, ['0xfe', '0x', Workshop.initCode])), gasLimit: 3_000_000n }
    default: {
      const [functionName, args, value = 0n] = pick(random, calls)
      const data = encodeFunctionData({ abi: ABI, functionName, args } as Parameters<typeof encodeFunctionData>[0])
      // Some run out of gas, at whatever depth.
      const gasLimit = random(3) === 0 ? 60_000n + BigInt(random(120_000)) : 2_000_000n
      return { to: pick(random, WORKSHOPS), data: hex(data), value, gasLimit }
    }
  }
}

/** Mines blocks in which wallets and contracts call, make and destroy each other, the same for the same seed. */
export async function mineRandomly({ chain, params, mine }: MiningChain, seed: number, blocks: number): Promise<void> {
  const random = seeded(seed)
  const nonces = new Map<Address, bigint>()
  const send = async (wallet: Wallet, plan: Plan): Promise<void> => {
    const nonce = nonces.get(wallet.address) ?? 0n
    nonces.set(wallet.address, nonce + 1n)
    await chain.mempool.add(signTransaction(params.chainId, wallet, { ...plan, nonce }))
  }
  for (const _ of WORKSHOPS) await send(MAKER, { to: undefined, data: hex(Workshop.initCode), gasLimit: 3_000_000n })
  await mine()
  for (let block = 1; block < blocks; block++) {
    for (let left = random(5); left > 0; left--) await send(pick(random, WALLETS), randomPlan(random))
    await mine()
  }
}
