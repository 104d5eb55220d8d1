// How long a block can keep a node busy: gas per CPU-second where code does the slowest things that gas buys.
// npm run bench -- execution-worst-case
import { type Address, concatBytes, devnet, hex, toAddress, uintToBytes } from '@poai/core'
import { blockHash, SmallChain } from '../support/small-chain.ts'

const GAS = 5_000_000n
/** What the built-in networks begin with, and what their miners vote for. */
const BLOCK_GAS = Number(devnet.gas.initialLimit)
const chain = new SmallChain([])
const caller: Address = toAddress(new Uint8Array(20).fill(1))

/** Copies its input to memory once, then makes static calls with it forever, each with a million gas at most. */
function loopCode(address: number): Uint8Array {
  return concatBytes(hex('0x365f5f375b5f5f365f73'), uintToBytes(BigInt(address), 20), hex('0x620f4240fa50600456'))
}

const word = (value: bigint): Uint8Array => uintToBytes(value, 32)
const g1 = concatBytes(word(1n), word(2n))
const g2 = hex(
  `0x${[
    '198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2',
    '1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed',
    '090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b',
    '12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa',
  ].join('')}`,
)
const signature = concatBytes(
  hex('0x18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c'),
  word(28n),
  hex('0x73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75f'),
  hex('0xeeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549'),
)
/** Exponents of ones: each bit is a squaring and a multiplication. */
function exponentiation(baseBytes: number, exponentBytes: number): Uint8Array {
  return concatBytes(
    word(BigInt(baseBytes)),
    word(BigInt(exponentBytes)),
    word(BigInt(baseBytes)),
    new Uint8Array(baseBytes).fill(0xfe),
    new Uint8Array(exponentBytes).fill(0xff),
    new Uint8Array(baseBytes).fill(0xfd),
  )
}

const CASES: readonly (readonly [name: string, precompile: number, input: Uint8Array])[] = [
  ['instructions only (identity of nothing)', 4, new Uint8Array(0)],
  ['ecrecover', 1, signature],
  ['sha256 of 1 KiB', 2, new Uint8Array(1024)],
  ['ripemd160 of 1 KiB', 3, new Uint8Array(1024)],
  ['modexp, 256 bytes to 32 bytes', 5, exponentiation(256, 32)],
  ['modexp, 8 bytes to 32 bytes', 5, exponentiation(8, 32)],
  ['modexp, 8 bytes to 1,024 bytes', 5, exponentiation(8, 1024)],
  ['modexp, 32 bytes to 1,024 bytes', 5, exponentiation(32, 1024)],
  ['modexp, 1,024 bytes to 3 bytes', 5, exponentiation(1024, 3)],
  ['alt_bn128 addition', 6, concatBytes(g1, g1)],
  ['alt_bn128 multiplication', 7, concatBytes(g1, new Uint8Array(32).fill(0xfe))],
  ['alt_bn128 pairing of 4', 8, concatBytes(g1, g2, g1, g2, g1, g2, g1, g2)],
  ['blake2f, 200,000 rounds', 9, concatBytes(uintToBytes(200_000n, 4), new Uint8Array(208).fill(3), Uint8Array.of(1))],
]

async function secondsOf(precompile: number, data: Uint8Array): Promise<number> {
  const start = process.cpuUsage()
  await chain.execution.executeCall({
    state: chain.state,
    environment: chain.environment(),
    blockHash,
    message: {
      from: caller,
      to: caller,
      value: 0n,
      data,
      accessList: [],
      authorizationList: [],
      gasLimit: GAS,
      gasPrice: 0n,
    },
    overrides: [{ address: caller, code: loopCode(precompile) }],
  })
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}

const rows: Record<string, string | number>[] = []
for (const [name, precompile, input] of CASES) {
  await secondsOf(precompile, input)
  const seconds = await secondsOf(precompile, input)
  rows.push({
    work: name,
    'million gas/CPU-s': Number((Number(GAS) / 1e6 / seconds).toFixed(1)),
    [`${BLOCK_GAS / 1e6} M gas, CPU-s`]: Number(((BLOCK_GAS / Number(GAS)) * seconds).toFixed(1)),
  })
}
console.table(rows)
