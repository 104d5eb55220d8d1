// How long a block can keep a node busy: gas per CPU-second where code does the slowest things that gas buys.
// npm run bench -- execution-worst-case [least million gas a CPU-second for a precompile] [part of a name]
import { p256 } from '@noble/curves/nist.js'
import {
  type Address,
  type CallableModel,
  concatBytes,
  devnet,
  encodeGenerate,
  encodeReplay,
  hex,
  toAddress,
  uintToBytes,
  ZERO_HASH,
} from '@poai/core'
import type { AnswerSource } from '../../src/index.ts'
import { delegationTo } from '../../src/transaction/delegation.ts'
import { BLS_FIELD, encodeG1, encodeG2, fieldNumber, randomG1, randomG2 } from '../support/bls-points.ts'
import { createRandom } from '../support/random.ts'
import { MODEL } from '../support/scripted-models.ts'
import { signAuthorization, signTransaction, transactionCodec } from '../support/sign-transaction.ts'
import { blockHash, genesisAccount, SmallChain } from '../support/small-chain.ts'
import { createWallets, type Wallet } from '../support/wallets.ts'

/** What one execution uses: much more than one call of the most expensive input. */
const GAS = 20_000_000n
/** What the built-in networks begin with, and what their miners vote for. */
const BLOCK_GAS = Number(devnet.gas.initialLimit)
/** At the least prices, with the longest context. */
const CALLED: CallableModel = { ...MODEL, contextTokens: 4096 }
const chain = new SmallChain([], { hardfork: 'osaka', inference: { models: [CALLED] } })
/** Knows all answers: what a model takes is its gas, and not measured here. */
const answers: AnswerSource = {
  answer: ({ kind, input }) =>
    kind === 'generate'
      ? { kind, input, tokens: [CALLED.stopTokens[0] as number], root: CALLED.sha256 }
      : { kind, input, isRightRoot: true, firstWrong: 0 },
}
const caller: Address = toAddress(new Uint8Array(20).fill(1))

/** What most calls bring at most. */
const CALL_GAS = 3_000_000

/** Copies its input to memory once, then makes static calls with it forever, each with so much gas at most. */
function loopCode(address: number, gas: number): Uint8Array {
  const call = [uintToBytes(BigInt(address), 20), hex('0x62'), uintToBytes(BigInt(gas), 3), hex('0xfa50600456')]
  return concatBytes(hex('0x365f5f375b5f5f365f73'), ...call)
}

/** The precompile that does nothing: its row shows the interpreter's own price of a call. */
const IDENTITY = 4

/** Does that to the first word of the input forever: DUP1, the instruction, POP, a hundred times a jump. */
function repeatedCode(instruction: string): Uint8Array {
  return hex(`0x5f355b${`80${instruction}50`.repeat(100)}600256`)
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

const random = createRandom('worst case')
const repeat = (part: () => Uint8Array, times: number): Uint8Array =>
  concatBytes(...Array.from({ length: times }, part))
/** Every window of such a scalar has work in it, reduced or not. */
const scalar = new Uint8Array(32).fill(0xfe)
const blsG1 = (): Uint8Array => encodeG1(randomG1(random))
const blsG2 = (): Uint8Array => encodeG2(randomG2(random))
const termsG1 = (terms: number): Uint8Array => repeat(() => concatBytes(blsG1(), scalar), terms)
const termsG2 = (terms: number): Uint8Array => repeat(() => concatBytes(blsG2(), scalar), terms)
const pairs = (count: number): Uint8Array => repeat(() => concatBytes(blsG1(), blsG2()), count)
const mapped = fieldNumber(BLS_FIELD - 2n)
/** Right: a wrong one takes as long, but for numbers out of range. */
const p256Input = ((): Uint8Array => {
  const key = new Uint8Array(32).fill(0x7e)
  const signed = p256.sign(scalar, key, { prehash: false, lowS: false })
  return concatBytes(scalar, signed, p256.getPublicKey(key, false).subarray(1))
})()

const asked = { model: CALLED.sha256, temperature: 0, seed: ZERO_HASH }
const shortQuestion = encodeGenerate({ ...asked, prompt: new Uint8Array(0), maxTokens: 1 })
const longQuestion = encodeGenerate({ ...asked, prompt: new Uint8Array(4094), maxTokens: 1 })
const claim = { ...asked, root: ZERO_HASH, prompt: new Uint8Array(0), output: new Uint32Array(4095).fill(5) }
const longClaim = encodeReplay(claim)
/** Wrong only at its end. */
const noClaim = longClaim.with(longClaim.length - 2, 0xff)

/** A precompile, the most gas for each call of it, and its input; or code that runs forever. */
type Work = { readonly precompile: number; readonly gas?: number } | { readonly code: Uint8Array }

const CASES: readonly (readonly [name: string, work: Work, input: Uint8Array])[] = [
  ['instructions only (identity of nothing)', { precompile: 4 }, new Uint8Array(0)],
  ['ecrecover', { precompile: 1 }, signature],
  ['sha256 of 1 KiB', { precompile: 2 }, new Uint8Array(1024)],
  ['ripemd160 of 1 KiB', { precompile: 3 }, new Uint8Array(1024)],
  ['modexp, 256 bytes to 32 bytes', { precompile: 5 }, exponentiation(256, 32)],
  ['modexp, 8 bytes to 32 bytes', { precompile: 5 }, exponentiation(8, 32)],
  ['modexp, 8 bytes to 1,024 bytes', { precompile: 5 }, exponentiation(8, 1024)],
  ['modexp, 32 bytes to 1,024 bytes', { precompile: 5 }, exponentiation(32, 1024)],
  ['modexp, 1,024 bytes to 3 bytes', { precompile: 5 }, exponentiation(1024, 3)],
  ['alt_bn128 addition', { precompile: 6 }, concatBytes(g1, g1)],
  ['alt_bn128 multiplication', { precompile: 7 }, concatBytes(g1, new Uint8Array(32).fill(0xfe))],
  ['alt_bn128 pairing of 4', { precompile: 8 }, concatBytes(g1, g2, g1, g2, g1, g2, g1, g2)],
  [
    'blake2f, 200,000 rounds',
    { precompile: 9 },
    concatBytes(uintToBytes(200_000n, 4), new Uint8Array(208).fill(3), Uint8Array.of(1)),
  ],
  ['bls12-381 addition in G1', { precompile: 0x0b }, concatBytes(blsG1(), blsG1())],
  ...[1, 2, 8, 16, 64, 128, 129].map((terms): (typeof CASES)[number] => [
    `bls12-381 sum of ${terms} in G1`,
    { precompile: 0x0c },
    termsG1(terms),
  ]),
  ['bls12-381 addition in G2', { precompile: 0x0d }, concatBytes(blsG2(), blsG2())],
  ...[1, 2, 4, 16, 64, 128, 129].map((terms): (typeof CASES)[number] => [
    `bls12-381 sum of ${terms} in G2`,
    { precompile: 0x0e },
    termsG2(terms),
  ]),
  ...[1, 2, 4, 16].map((count): (typeof CASES)[number] => [
    `bls12-381 pairing of ${count}`,
    { precompile: 0x0f },
    pairs(count),
  ]),
  ['bls12-381 map to G1', { precompile: 0x10 }, mapped],
  ['bls12-381 map to G2', { precompile: 0x11 }, concatBytes(mapped, mapped)],
  ['secp256r1', { precompile: 0x100 }, p256Input],
  ['generate of nothing, known', { precompile: 0x0a10 }, shortQuestion],
  ['generate of 4 KiB, known', { precompile: 0x0a10 }, longQuestion],
  ['replay of 4,095 tokens, known', { precompile: 0x0a11, gas: 5_000_000 }, longClaim],
  ['replay of what is no call', { precompile: 0x0a11, gas: 16 * noClaim.length }, noClaim],
  ['CLZ of 1', { code: repeatedCode('1e') }, word(1n)],
  ['CLZ of 2^255 - 1', { code: repeatedCode('1e') }, word((1n << 255n) - 1n)],
  ['NOT, to compare', { code: repeatedCode('19') }, word(1n)],
]

async function secondsOf(work: Work, data: Uint8Array): Promise<number> {
  const start = process.cpuUsage()
  await chain.execution.executeCall({
    state: chain.state,
    environment: chain.environment(),
    blockHash,
    message: {
      ...{ from: caller, to: caller, value: 0n, data },
      ...{ accessList: [], authorizationList: [], gasLimit: GAS, gasPrice: 0n },
    },
    overrides: [
      { address: caller, code: 'code' in work ? work.code : loopCode(work.precompile, work.gas ?? CALL_GAS) },
    ],
    answers,
  })
  return secondsSince(start)
}

function secondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}

/** Blocks of transactions that delegate as many accounts as fit, each new, with all that a node does to take them. */
async function secondsOfDelegations(): Promise<{ readonly gas: number; readonly seconds: number }> {
  const [sender, ...authorities] = createWallets(401, 'worst case') as [Wallet, ...Wallet[]]
  const delegating = new SmallChain([genesisAccount(sender.address)], { hardfork: 'osaka' })
  const { bytes } = signTransaction(sender, {
    ...{ type: 4, nonce: 0n, to: caller, gasLimit: 21_000n + 25_000n * BigInt(authorities.length) },
    authorizationList: authorities.map((wallet) => signAuthorization(wallet, { address: caller, nonce: 0n })),
  })
  const start = process.cpuUsage()
  const { gasUsed } = await delegating.execute([transactionCodec.decode(bytes)])
  return { gas: Number(gasUsed), seconds: secondsSince(start) }
}

/** Calls of accounts whose code is another's, each of both a first time: the state is read for both. */
async function secondsOfDelegatedCalls(): Promise<{ readonly gas: number; readonly seconds: number }> {
  const count = 3_500
  const place = (index: number): Address => toAddress(uintToBytes(BigInt(index) + 0xd000_0000n, 20))
  const accounts = Array.from({ length: count }, (_, index) =>
    genesisAccount(place(2 * index), { nonce: 1n, code: delegationTo(place(2 * index + 1)) }),
  )
  const [sender] = createWallets(1, 'worst case') as [Wallet]
  // For each number that is even: CALL it with all gas.
  const loop = hex('0x63d00000005b5f5f5f5f5f855af150600201600556')
  const calls = new SmallChain([genesisAccount(sender.address), genesisAccount(caller, { code: loop }), ...accounts], {
    hardfork: 'osaka',
  })
  const gasLimit = 16_000_000n
  const transaction = signTransaction(sender, { nonce: 0n, to: caller, gasLimit })
  const start = process.cpuUsage()
  const { gasUsed } = await calls.execute([transaction])
  return { gas: Number(gasUsed), seconds: secondsSince(start) }
}

const rows: Record<string, string | number>[] = []
const tooSlow: string[] = []

function note(name: string, { gas, seconds, isGated }: { gas: number; seconds: number; isGated: boolean }): void {
  const rate = gas / 1e6 / seconds
  if (isGated && rate < leastRate) tooSlow.push(name)
  rows.push({
    work: name,
    'million gas/CPU-s': Number(rate.toFixed(1)),
    [`${BLOCK_GAS / 1e6} M gas, CPU-s`]: Number(((BLOCK_GAS / gas) * seconds).toFixed(1)),
  })
}

const leastRate = Number(process.argv[2] ?? 0)
const wanted = process.argv[3] ?? ''
for (const [name, work, input] of CASES.filter(([name]) => name.includes(wanted))) {
  await secondsOf(work, input)
  const seconds = await secondsOf(work, input)
  note(name, { gas: Number(GAS), seconds, isGated: 'precompile' in work && work.precompile !== IDENTITY })
}
await secondsOfDelegations()
note('400 delegations', { ...(await secondsOfDelegations()), isGated: true })
note('calls of accounts that delegate', { ...(await secondsOfDelegatedCalls()), isGated: false })
console.table(rows)
if (tooSlow.length > 0) {
  console.error(`below ${leastRate} million gas a CPU-second: ${tooSlow.join(', ')}`)
  process.exitCode = 1
}
