// Transactions per CPU-second over the whole import path, beside EthereumJS's stock runBlock, on the same blocks in the
// same process. npm run bench -- execution [transactions per block] [accounts]
//
// Ours: chain.importEncoded on LevelDB: decode the block, check header, claim and body, recover the senders, execute,
// receipts, roots, one synced commit with state, tries, receipts and indexes, events. The replay of the block's
// inference is left out: the verifier accepts whatever claims enough work. EthereumJS: decode the transactions,
// runBlock (recovers, executes, receipts, roots) on its Merkle state with caches, in memory and on LevelDB (not synced,
// no blocks or receipts stored). Every state root must be equal. CPU time of all threads of the process, LevelDB's own
// included.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTxFromRLP } from '@ethereumjs/tx'
import { subsidy } from '@poai/consensus'
import {
  type Address,
  bytesToHex,
  concatBytes,
  createBlockCodecs,
  createTransactionCodec,
  equalBytes,
  type GenesisAccount,
  genesisHash,
  type Hash32,
  hash32,
  hex,
  type NetworkParams,
  silentLogger,
  toAddress,
  uintToBytes,
  utf8ToBytes,
} from '@poai/core'
import { createExecution, prevRandaoOf, secp256k1 } from '@poai/execution'
import { createFakeEngine } from '@poai/inference'
import { openDatabase, RETENTIONS } from '@poai/storage'
import { ChainGenerator, type GeneratedBlock, signTransaction, testNetwork, testWallet } from '@poai/testing/chain'
import { EthereumChain, LevelTrieStore } from '@poai/testing/ethereum'
import { ManualClock } from '@poai/testing/manual-clock'
import { createStoredChain, createStoredMempool, inlineRecovery, openChain } from '../../src/index.ts'
import { TEST_TIME_MS } from '../support/chain-fixture.ts'

const perBlock = Number(process.argv[2] ?? 500)
/** Accounts that nobody uses, so that tries are as deep as on a chain in use. */
const accounts = Number(process.argv[3] ?? 50_000)
/** Blocks of each kind, and those of them before the clock runs. */
const BLOCKS = 6
const WARM_UP = 2
const SENDERS = 200
const ETHER = 10n ** 18n
const TOKENS_EACH = 1_000_000n
/**
 * The fewest transactions per CPU-second that are acceptable, as a multiple of EthereumJS's on the same kind of store.
 */
const WANTED = { transfers: 5, 'ERC-20 transfers': 3 } as const

const wallets = Array.from({ length: SENDERS }, (_, index) => testWallet(`sender ${index}`))
const stranger = (index: number): Address => toAddress(hash32(utf8ToBytes(`stranger ${index}`)).slice(12))
const [owner] = wallets
if (owner === undefined) throw new RangeError('there are senders')
const word = (value: bigint): Uint8Array => uintToBytes(value, 32)

/** The token of execution's tests, compiled from Solidity. */
async function tokenInitCode(): Promise<Uint8Array> {
  const file = new URL('../../../execution/test/fixtures/contracts.json', import.meta.url)
  const { Token } = JSON.parse(await readFile(file, 'utf8')) as { readonly Token: { readonly initCode: `0x${string}` } }
  return concatBytes(hex(Token.initCode), word(10n ** 12n))
}

function genesisAccounts(): readonly GenesisAccount[] {
  const addresses = [
    ...wallets.map(({ address }) => address),
    ...Array.from({ length: accounts }, (_, index) => stranger(index)),
  ]
  return addresses
    .map((address) => ({ address, balance: 1_000n * ETHER, nonce: 0n, code: new Uint8Array(0), storage: [] }))
    .sort((a, b) => (bytesToHex(a.address) < bytesToHex(b.address) ? -1 : 1))
}

const MAX_TARGET = (1n << 256n) - 1n
const params: NetworkParams = {
  ...testNetwork,
  difficulty: { ...testNetwork.difficulty, initialTarget: MAX_TARGET, easiestTarget: MAX_TARGET },
  limits: { ...testNetwork.limits, bodyBytes: 2_000_000 },
  genesis: { ...testNetwork.genesis, accounts: genesisAccounts() },
}

interface Plan {
  readonly to: Address | undefined
  readonly value: bigint
  readonly data: Uint8Array
  readonly gasLimit: bigint
}

const NOTHING = new Uint8Array(0)
const nonces = wallets.map(() => 0n)
const FEES = { maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 1n }

function signNext(sender: number, plan: Plan): ReturnType<typeof signTransaction> {
  const [wallet, nonce] = [wallets[sender], nonces[sender]]
  if (wallet === undefined || nonce === undefined) throw new RangeError('an unknown sender')
  nonces[sender] = nonce + 1n
  return signTransaction(params.chainId, wallet, { ...plan, ...FEES, nonce })
}

function transfer(index: number): Plan {
  return { to: stranger((index * 7919) % accounts), value: 1n, data: NOTHING, gasLimit: 21_000n }
}

const transferSelector = hex('0xa9059cbb')

function tokenTransfer(token: Address, to: Address, value: bigint): Plan {
  const data = concatBytes(transferSelector, new Uint8Array(12), to, word(value))
  return { to: token, value: 0n, data, gasLimit: 60_000n }
}

const codecs = createBlockCodecs(createTransactionCodec(params.chainId))
const directory = await mkdtemp(join(tmpdir(), 'poai-bench-'))

async function openOurs() {
  const database = await openDatabase(join(directory, 'ours'), { genesisHash: genesisHash(params) })
  const { store, committer } = database
  const chain = await openChain(
    { params },
    {
      codecs,
      database: createStoredChain({ store, committer, codecs, retention: RETENTIONS.full }),
      mempoolStore: createStoredMempool(store, committer),
      verifier: { verify: () => Promise.resolve(), verifyAnswers: () => Promise.resolve() },
      execution: createExecution(params),
      recovery: inlineRecovery,
      clock: new ManualClock(TEST_TIME_MS),
      logger: silentLogger,
    },
  )
  await chain.start()
  return {
    chain,
    close: async () => {
      await chain.stop()
      await database.close()
    },
  }
}

const known = new Map<bigint, Hash32>()
const blockHash = (number: bigint): Hash32 | undefined => known.get(number)

/** The same block on EthereumJS; what comes out is the state root. */
async function runTheirs(theirs: EthereumChain, { block }: GeneratedBlock): Promise<Uint8Array> {
  const { header, body } = block
  const transactions = body.transactions.map(({ bytes }) => createTxFromRLP(bytes, { common: theirs.common }))
  const environment = { ...header, prevRandao: prevRandaoOf(header.parentHash) }
  const reward = subsidy(params, header.number)
  return (await theirs.executeParsed({ environment, transactions, reward })).stateRoot
}

async function cpuSecondsOf(work: () => Promise<void>): Promise<number> {
  const start = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}

const engine = createFakeEngine()
await engine.start()
const generator = new ChainGenerator({ params, evaluator: engine })
const ours = await openOurs()
const trieStore = new LevelTrieStore(join(directory, 'theirs'))
await trieStore.open()
const chainId = params.chainId
const inMemory = await EthereumChain.create(params.genesis.accounts, blockHash, { chainId })
const onDisk = await EthereumChain.create(params.genesis.accounts, blockHash, { chainId, database: trieStore })
known.set(0n, generator.genesis.hash)
let tip = generator.genesis

interface Seconds {
  readonly ours: number
  readonly inMemory: number
  readonly onDisk: number
}

/** Makes a block of transactions, and lets everybody have it. */
async function runBlock(transactions: readonly ReturnType<typeof signTransaction>[]): Promise<Seconds> {
  const block = await generator.child(tip, { transactions, header: { beneficiary: stranger(-1) } })
  tip = block
  known.set(block.context.number, block.hash)
  if (block.receipts.some(({ status }) => status !== 1)) throw new Error('a transaction of the bench failed')
  const encoded = codecs.block.encode(block.block)
  const seconds: Seconds = {
    ours: await cpuSecondsOf(async () => {
      const { kind } = await ours.chain.importEncoded(encoded)
      if (kind !== 'head') throw new Error(`the block became ${kind}`)
    }),
    inMemory: await cpuSecondsOf(() => expectRoot(inMemory, block)),
    onDisk: await cpuSecondsOf(() => expectRoot(onDisk, block)),
  }
  return seconds
}

async function expectRoot(theirs: EthereumChain, block: GeneratedBlock): Promise<void> {
  const root = await runTheirs(theirs, block)
  if (!equalBytes(root, block.block.header.stateRoot)) throw new Error(`block ${block.context.number}: roots differ`)
}

const rows: Record<string, string | number>[] = []

async function bench(name: keyof typeof WANTED, plan: (index: number) => Plan): Promise<void> {
  const sum = { ours: 0, inMemory: 0, onDisk: 0 }
  for (let block = 0; block < BLOCKS; block++) {
    const transactions = Array.from({ length: perBlock }, (_, index) =>
      signNext(index % SENDERS, plan(block * perBlock + index)),
    )
    const seconds = await runBlock(transactions)
    if (block < WARM_UP) continue
    for (const who of ['ours', 'inMemory', 'onDisk'] as const) sum[who] += seconds[who]
  }
  const count = perBlock * (BLOCKS - WARM_UP)
  const ratio = sum.inMemory / sum.ours
  rows.push({
    transactions: name,
    'ours, LevelDB, synced: tx/CPU-s': Math.round(count / sum.ours),
    'EthereumJS in memory': Math.round(count / sum.inMemory),
    ratio: Number(ratio.toFixed(1)),
    'EthereumJS on LevelDB': Math.round(count / sum.onDisk),
    'ratio on LevelDB': Number((sum.onDisk / sum.ours).toFixed(1)),
    wanted: `>= ${WANTED[name]} of both`,
    verdict: Math.min(ratio, sum.onDisk / sum.ours) >= WANTED[name] ? 'ok' : 'FAILED',
  })
}

try {
  const deployment = signNext(0, { to: undefined, value: 0n, data: await tokenInitCode(), gasLimit: 2_000_000n })
  await runBlock([deployment])
  // The first creation of the owner: RLP of [owner, 0], hashed.
  const token = toAddress(hash32(concatBytes(hex('0xd694'), owner.address, hex('0x80'))).slice(12))
  await runBlock(wallets.slice(1).map(({ address }) => signNext(0, tokenTransfer(token, address, TOKENS_EACH))))
  await bench('transfers', transfer)
  await bench('ERC-20 transfers', (index) => tokenTransfer(token, stranger((index * 7919) % accounts), 1n))
  const kinds = `${perBlock} transactions a block, ${BLOCKS - WARM_UP} blocks of each kind`
  console.log(`${kinds}, ${accounts + SENDERS} accounts, recovery: ${secp256k1.implementation}; replay not included`)
  console.table(rows)
} finally {
  await ours.close()
  await trieStore.close()
  await engine.stop()
  await rm(directory, { recursive: true, force: true })
}
if (rows.some(({ verdict }) => verdict === 'FAILED')) process.exitCode = 1
