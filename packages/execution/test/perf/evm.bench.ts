// Transactions per CPU-second of execution alone, phase by phase, ours beside EthereumJS's stock VM in the same
// process. The whole import path, with LevelDB: npm run bench -- execution npm run bench -- evm [transactions per
// block]
//
// Ours: decode, recover the senders, execute, receipts, roots, and the changes put into a store in memory. Theirs:
// decode, then runBlock (which recovers) on the Merkle state with caches, in memory: as it comes, and with our keccak
// and recovery put in. All generate the block's roots, which must be equal. CPU time of all threads.
import type { CustomCrypto } from '@ethereumjs/common'
import { createTxFromRLP } from '@ethereumjs/tx'
import {
  type Address,
  concatBytes,
  createTransactionCodec,
  equalBytes,
  type GenesisAccount,
  type Hash32,
  hash32,
  keccak256,
  utf8ToBytes,
} from '@poai/core'
import { calllessDevnet } from '@poai/testing/chain'
import { EthereumChain } from '@poai/testing/ethereum'
import {
  type BlockEnvironment,
  createExecution,
  genesisState,
  prevRandaoOf,
  recoverSender,
  secp256k1,
} from '../../src/index.ts'
import { callData, initCode } from '../support/contracts.ts'
import { MemoryState } from '../support/memory-state.ts'
import { CHAIN_ID, signTransaction } from '../support/sign-transaction.ts'
import { createdAddress, createWallets, type Wallet } from '../support/wallets.ts'

const perBlock = Number(process.argv[2] ?? 500)
/** Blocks of each kind; the first warms up and is not counted. */
const BLOCKS = 4
const SENDERS = 200
/** Accounts that nobody uses, so that tries are as deep as on a chain in use. */
const OTHERS = 50_000
const GAS_LIMIT = 1_000_000_000n
const ETHER = 10n ** 18n

const codec = createTransactionCodec(CHAIN_ID)
const wallets = createWallets(SENDERS)
const nonces = wallets.map(() => 0n)
const blockHash = (number: bigint): Hash32 => hash32(utf8ToBytes(`block ${number}`))

function plainAccount(address: Address): GenesisAccount {
  return { address, balance: 1_000n * ETHER, nonce: 0n, code: new Uint8Array(0), storage: [] }
}

function stranger(index: number): Address {
  return hash32(utf8ToBytes(`stranger ${index}`)).slice(12) as Address
}

const strangers = Array.from({ length: OTHERS }, (_, index) => stranger(index))
const genesis = [...wallets.map(({ address }) => address), ...strangers].map(plainAccount)
const token = createdAddress((wallets[0] as Wallet).address, 0)

type Plan = (index: number) => {
  readonly to: Address | undefined
  readonly value: bigint
  readonly data: Uint8Array
  readonly gasLimit: bigint
}

function signAll(count: number, plan: Plan): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const wallet = index % SENDERS
    const nonce = nonces[wallet] as bigint
    nonces[wallet] = nonce + 1n
    const fees = { maxFeePerGas: 10n ** 9n, maxPriorityFeePerGas: 1n }
    return signTransaction(wallets[wallet] as Wallet, { ...plan(index), ...fees, nonce }).bytes
  })
}

const NOTHING = new Uint8Array(0)
const transfer: Plan = (index) => ({
  to: strangers[(index * 7919) % OTHERS],
  value: 1n,
  data: NOTHING,
  gasLimit: 21_000n,
})
const tokenTransfer: Plan = (index) => ({
  to: token,
  value: 0n,
  data: callData('Token', 'transfer(address,uint256)', strangers[(index * 7919) % OTHERS] as Address, 1),
  gasLimit: 100_000n,
})

function environmentOf(number: bigint): BlockEnvironment {
  return {
    number,
    timestamp: 1_700_000_000n + number,
    beneficiary: stranger(-1),
    gasLimit: GAS_LIMIT,
    baseFeePerGas: 10n ** 8n,
    prevRandao: prevRandaoOf(blockHash(number - 1n)),
  }
}

/** Everything that EthereumJS lets one replace. */
const FITTED_CRYPTO: CustomCrypto = {
  keccak256: (message) => keccak256(message),
  ecrecover: (messageHash, v, r, s, chainId) => {
    const yParity = chainId === undefined || v < 35n ? v % 27n : v - 35n - 2n * chainId
    const compact = concatBytes(setLength(r), setLength(s))
    const publicKey = secp256k1.recover(messageHash, compact, yParity === 1n ? 1 : 0)
    if (publicKey === undefined) throw new RangeError('no key made this signature')
    return publicKey
  },
}

const execution = createExecution({
  ...calllessDevnet,
  chainId: CHAIN_ID,
  hardfork: 'cancun',
  limits: { extraDataBytes: 32, bodyBytes: 100_000_000 },
})
const state = new MemoryState()
state.apply(genesisState(genesis))
const stock = await EthereumChain.create(genesis, blockHash, { chainId: CHAIN_ID })
const fitted = await EthereumChain.create(genesis, blockHash, { chainId: CHAIN_ID, crypto: FITTED_CRYPTO })
const phases = { decode: 0, recover: 0, execute: 0, store: 0 }

function setLength(word: Uint8Array): Uint8Array {
  return concatBytes(new Uint8Array(32 - word.length), word)
}

function cpuSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}

/** The time since the last lap goes to `phase`. */
function lap(phase: keyof typeof phases, start: NodeJS.CpuUsage): NodeJS.CpuUsage {
  phases[phase] += cpuSince(start)
  return process.cpuUsage()
}

async function runOurs(environment: BlockEnvironment, encoded: readonly Uint8Array[]): Promise<Uint8Array> {
  let clock = process.cpuUsage()
  const transactions = encoded.map((bytes) => codec.decode(bytes))
  clock = lap('decode', clock)
  const senders = transactions.map(recoverSender)
  clock = lap('recover', clock)
  const input = { environment, blockHash, state, nodes: state, stateRoot: state.stateRoot, reward: ETHER }
  const outcome = await execution.executeBlock({ ...input, transactions, senders })
  clock = lap('execute', clock)
  state.apply(outcome)
  lap('store', clock)
  return outcome.stateRoot
}

async function runTheirs(
  theirs: EthereumChain,
  environment: BlockEnvironment,
  encoded: readonly Uint8Array[],
): Promise<Uint8Array> {
  const transactions = encoded.map((bytes) => createTxFromRLP(bytes, { common: theirs.common }))
  const outcome = await theirs.executeParsed({ environment, transactions, reward: ETHER })
  return outcome.stateRoot
}

async function timed(run: () => Promise<Uint8Array>): Promise<{ readonly root: Uint8Array; readonly seconds: number }> {
  const start = process.cpuUsage()
  const root = await run()
  return { root, seconds: cpuSince(start) }
}

const rows: Record<string, string | number>[] = []
let number = 1n

interface Seconds {
  readonly ours: number
  readonly stock: number
  readonly fitted: number
}

async function runAll(encoded: readonly Uint8Array[]): Promise<Seconds> {
  const environment = environmentOf(number++)
  const mine = await timed(() => runOurs(environment, encoded))
  const theirs = await timed(() => runTheirs(stock, environment, encoded))
  const fast = await timed(() => runTheirs(fitted, environment, encoded))
  for (const { root } of [theirs, fast]) {
    if (!equalBytes(mine.root, root)) throw new Error(`block ${environment.number}: roots differ`)
  }
  return { ours: mine.seconds, stock: theirs.seconds, fitted: fast.seconds }
}

async function bench(name: string, plan: Plan, wanted: number): Promise<void> {
  const sum = { ours: 0, stock: 0, fitted: 0 }
  for (let block = 0; block < BLOCKS; block++) {
    const encoded = signAll(perBlock, plan)
    if (block === 1) for (const phase of Object.keys(phases)) phases[phase as keyof typeof phases] = 0
    const seconds = await runAll(encoded)
    if (block === 0) continue
    for (const who of ['ours', 'stock', 'fitted'] as const) sum[who] += seconds[who]
  }
  const count = perBlock * (BLOCKS - 1)
  const perTransaction = (seconds: number): number => Math.round((seconds / count) * 1e6)
  const ratio = sum.stock / sum.ours
  rows.push({
    block: name,
    'ours tx/CPU-s': Math.round(count / sum.ours),
    'EthereumJS tx/CPU-s': Math.round(count / sum.stock),
    'with our crypto': Math.round(count / sum.fitted),
    ratio: Number(ratio.toFixed(1)),
    wanted: `>= ${wanted}`,
    'decode µs': perTransaction(phases.decode),
    'recover µs': perTransaction(phases.recover),
    'execute + roots µs': perTransaction(phases.execute),
    'store µs': perTransaction(phases.store),
    verdict: ratio >= wanted ? 'ok' : 'FAILED',
  })
}

await runAll([
  ...signAll(1, () => ({ to: undefined, value: 0n, data: initCode('Token', 10n ** 12n), gasLimit: 3_000_000n })),
  ...wallets.slice(1).map(({ address }) => {
    const nonce = nonces[0] as bigint
    nonces[0] = nonce + 1n
    const data = callData('Token', 'transfer(address,uint256)', address, 1_000_000)
    return signTransaction(wallets[0] as Wallet, { to: token, nonce, data, gasLimit: 100_000n }).bytes
  }),
])
await bench('transfers', transfer, 5)
await bench('ERC-20 transfers', tokenTransfer, 3)
console.log(
  `${perBlock} transactions a block, ${BLOCKS - 1} blocks, ${OTHERS + SENDERS} accounts, recovery: ${secp256k1.implementation}`,
)
console.table(rows)
if (rows.some(({ verdict }) => verdict === 'FAILED')) process.exitCode = 1
