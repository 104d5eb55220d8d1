// The precompiles of EIP-2537 and EIP-7951 against EthereumJS's own, on random inputs, right and damaged: answer, gas
// and failure of each. npm run evidence -- curves-differential [inputs]
import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common'
import { createEVM, type ExecResult } from '@ethereumjs/evm'
import { p256 } from '@noble/curves/nist.js'
import { bytesToHex, concatBytes, uintToBytes } from '@poai/core'
import { BLS_ADDRESSES, type BlsAddress, blsPrecompile } from '../../src/evm/bls-precompiles.ts'
import { p256Verify } from '../../src/evm/p256-verify.ts'
import type { PrecompileAnswer, PrecompileCall } from '../../src/evm/precompile-answer.ts'
import {
  BLS_FIELD,
  BLS_ORDER,
  encodeG1,
  encodeG2,
  fieldNumber,
  randomG1,
  randomG2,
  randomNumber,
  strayG1,
  strayG2,
} from '../support/bls-points.ts'
import { createRandom } from '../support/random.ts'

const wanted = Number(process.argv[2] ?? 4_000)
const P256_VERIFY = 0x100
const GAS = 10_000_000n
const common = createCustomCommon({ chainId: 1 }, Mainnet, { hardfork: Hardfork.Osaka })
const stock = await createEVM({ common })
const random = createRandom('curves')

const oneIn = (count: number): boolean => random.below(count) === 0
const number = (): Uint8Array =>
  fieldNumber(oneIn(8) ? random.pick([0n, 1n, BLS_FIELD - 1n, BLS_FIELD]) : randomNumber(random, 512) % BLS_FIELD)
const scalar = (): Uint8Array =>
  oneIn(4) ? uintToBytes(random.pick([0n, 1n, BLS_ORDER - 1n, BLS_ORDER, BLS_ORDER + 1n]), 32) : random.bytes(32)

function g1(): Uint8Array {
  if (oneIn(10)) return new Uint8Array(128)
  return encodeG1(oneIn(10) ? strayG1(random) : randomG1(random))
}

function g2(): Uint8Array {
  if (oneIn(10)) return new Uint8Array(256)
  return encodeG2(oneIn(10) ? strayG2(random) : randomG2(random))
}

const several = (part: () => Uint8Array, most: number): Uint8Array =>
  concatBytes(...Array.from({ length: 1 + random.below(most) }, part))

/** A point twice, or with its opposite, more often than chance has it. */
function two(point: () => Uint8Array): Uint8Array {
  const first = point()
  return concatBytes(first, oneIn(4) ? first : point())
}

function signature(): Uint8Array {
  const key = random.bytes(32)
  const hash = random.bytes(32)
  const signed = p256.sign(hash, key, { prehash: false, lowS: false })
  return concatBytes(hash, signed, p256.getPublicKey(key, false).subarray(1))
}

const INPUTS: Readonly<Record<BlsAddress | typeof P256_VERIFY, () => Uint8Array>> = {
  [0x0b]: () => two(g1),
  [0x0c]: () => several(() => concatBytes(g1(), scalar()), 10),
  [0x0d]: () => two(g2),
  [0x0e]: () => several(() => concatBytes(g2(), scalar()), 6),
  [0x0f]: () => several(() => concatBytes(g1(), g2()), 2),
  [0x10]: number,
  [0x11]: () => concatBytes(number(), number()),
  [P256_VERIFY]: signature,
}

/** A bit turned, a byte too few or too many, or as it was. */
function damaged(input: Uint8Array): Uint8Array {
  if (oneIn(12)) return input.subarray(1)
  if (oneIn(12)) return concatBytes(input, new Uint8Array(1))
  if (!oneIn(6)) return input
  const bit = random.below(8 * input.length)
  return input.with(bit >> 3, (input[bit >> 3] as number) ^ (1 << (bit & 7)))
}

function describe({ returnValue, executionGasUsed, exceptionError }: PrecompileAnswer | ExecResult): string {
  return exceptionError === undefined ? `${bytesToHex(returnValue)}, ${executionGasUsed} gas` : 'failure'
}

function ours(address: number, call: PrecompileCall): Promise<PrecompileAnswer> {
  return address === P256_VERIFY ? p256Verify(call) : blsPrecompile(address as BlsAddress, call, () => undefined)
}

async function theirs(address: number, call: PrecompileCall): Promise<ExecResult> {
  const precompile = stock.precompiles.get(address.toString(16).padStart(40, '0'))
  if (precompile === undefined) throw new Error('EthereumJS has the precompile')
  return precompile({ ...call, common, _EVM: stock })
}

const rows: Record<string, string | number>[] = []
const addresses = [...BLS_ADDRESSES, P256_VERIFY] as const
let differences = 0
for (const address of addresses) {
  let failures = 0
  const count = Math.ceil(wanted / addresses.length)
  for (let index = 0; index < count; index++) {
    const call = { data: damaged(INPUTS[address]()), gasLimit: GAS }
    const [our, their] = [describe(await ours(address, call)), describe(await theirs(address, call))]
    if (their === 'failure') failures++
    if (our === their) continue
    differences++
    console.error(`0x${address.toString(16)} of ${bytesToHex(call.data)}\n  ours   ${our}\n  theirs ${their}`)
  }
  rows.push({ precompile: `0x${address.toString(16)}`, inputs: count, failures })
}
console.table(rows)
if (differences > 0) {
  console.error(`curves-differential: FAILED (${differences} differences)`)
  process.exitCode = 1
}
