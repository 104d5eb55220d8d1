import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Block, type RuleCode, RuleError, rulesAt, type SealedHeader, type Transaction } from '@poai/core'
import {
  type ChainGenerator,
  FORK_NUMBER,
  forkingNetwork,
  type GeneratedBlock,
  signTransaction,
  WALLETS,
  type Wallet,
} from '@poai/testing/chain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sealBlock, type TemplateRequest } from '../../src/index.ts'
import { type ChainFixture, importAll, openChainFixture, startGenerator } from '../support/chain-fixture.ts'

const params = forkingNetwork()
const [alice, bob] = WALLETS as readonly [Wallet, Wallet]

let generator: ChainGenerator
/** Of a node that sees a block on the other side of the fork: it forks one block early, or after that block. */
const others = new Map<bigint, ChainGenerator>()
/** Blocks 0 to 12, each with a transfer. */
let chain: readonly GeneratedBlock[]
let root: string

function transfer(parent: GeneratedBlock, dataBytes = 0): Transaction {
  const nonce = parent.state.account(alice.address)?.nonce ?? 0n
  const data = new Uint8Array(dataBytes).fill(1)
  return signTransaction(params.chainId, alice, {
    nonce,
    to: bob.address,
    value: 1n,
    data,
    gasLimit: 21_000n + 16n * BigInt(dataBytes),
  })
}

function otherSideOf(number: bigint): ChainGenerator {
  return others.get(number) as ChainGenerator
}

function blockAt(number: bigint): GeneratedBlock {
  return chain[Number(number)] as GeneratedBlock
}

/** The chain up to a block, in a new database. */
async function openAt(number: bigint, name: string): Promise<ChainFixture> {
  const fixture = await openChainFixture({ params, directory: join(root, name) })
  await importAll(fixture.chain, chain.slice(1, Number(number) + 1))
  return fixture
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'poai-fork-'))
  generator = await startGenerator(params)
  others.set(9n, await startGenerator(forkingNetwork(9n)))
  others.set(10n, await startGenerator(forkingNetwork(11n)))
  others.set(11n, await startGenerator(forkingNetwork(12n)))
  const blocks = await generator.grow(generator.genesis, 12, (_, parent) => ({ transactions: [transfer(parent)] }))
  chain = [generator.genesis, ...blocks]
})

afterAll(() => rm(root, { recursive: true, force: true }))

describe('a chain that forks at block 10', () => {
  it('is taken from the genesis block to beyond the fork', async () => {
    const fixture = await openAt(12n, 'whole')
    expect(fixture.chain.head()).toEqual(blockAt(12n).context)
    expect([9n, 10n, 11n].map((number) => blockAt(number).block.header.gasLimit)).toEqual([
      30_000_000n,
      30_100_000n,
      30_100_000n,
    ])
    expect((await fixture.check()).faults).toEqual([])
    await fixture.close()
  })

  it('has another chain on the other side of the fork for nodes that fork at another block', async () => {
    const fixture = await openAt(8n, 'others')
    const [ofEarly, ofLate] = [await otherSideOf(9n).child(blockAt(8n)), await otherSideOf(10n).child(blockAt(9n))]
    await expect(fixture.chain.importBlock(ofEarly.block)).rejects.toBeInstanceOf(RuleError)
    await fixture.chain.importBlock(blockAt(9n).block)
    await expect(fixture.chain.importBlock(ofLate.block)).rejects.toBeInstanceOf(RuleError)
    await fixture.close()
  })

  it('goes on where a node stopped, before the fork and after it', async () => {
    const name = 'restarted'
    await (await openAt(9n, name)).close()
    for (const number of [10n, 11n, 12n]) {
      const fixture = await openChainFixture({ params, directory: join(root, name) })
      expect(fixture.chain.head()).toEqual(blockAt(number - 1n).context)
      await fixture.chain.importBlock(blockAt(number).block)
      expect(fixture.chain.head()).toEqual(blockAt(number).context)
      await fixture.close()
    }
  })

  it('is reorganised across the fork, there and back', async () => {
    const fork = blockAt(7n)
    const other = await generator.grow(fork, 6, () => ({ header: { beneficiary: bob.address } }))
    const comeback = await generator.grow(blockAt(12n), 2)
    const fixture = await openAt(12n, 'torn')
    await importAll(fixture.chain, other)
    expect(fixture.chain.head()).toEqual(other.at(-1)?.context)
    await importAll(fixture.chain, comeback)
    expect(fixture.chain.head()).toEqual(comeback.at(-1)?.context)
    expect(fixture.heads.flatMap(({ removed }) => (removed.length > 0 ? [removed.length] : []))).toEqual([5, 6])
    expect((await fixture.check()).faults).toEqual([])
    await fixture.close()
  })

  it('gives templates by the rules of the block that they are of', async () => {
    const fixture = await openAt(8n, 'mined')
    const request: TemplateRequest = {
      beneficiary: alice.address,
      extraData: new Uint8Array(40).fill(7),
      nowSeconds: blockAt(8n).context.timestamp + 5n,
      gasLimitGoal: params.gas.initialLimit,
    }
    for (const number of [9n, 10n, 11n]) {
      const parent = fixture.chain.head()
      const template = await fixture.chain.templates.build({ ...request, nowSeconds: parent.timestamp + 5n })
      const { limits, gas } = rulesAt(params, number)
      expect(template.header.extraData).toHaveLength(limits.extraDataBytes)
      expect(template.header.gasLimit).toBe(number < FORK_NUMBER ? params.gas.initialLimit : gas.minLimit)
      const seal = await generator.seal(template.header, parent)
      expect(await fixture.chain.importBlock(sealBlock(template, seal))).toMatchObject({ kind: 'head' })
    }
    await fixture.close()
  })
})

/** A block with the members of the right side of the fork but for one, and real work on it. */
type Lie = (parent: GeneratedBlock, right: GeneratedBlock, wrong: GeneratedBlock) => Promise<Block>

const lyingHeader =
  (member: keyof SealedHeader): Lie =>
  async (parent, right, wrong) => {
    const header = { ...right.block.header, [member]: wrong.block.header[member] }
    return { ...right.block, header: await generator.seal(header, parent.context) }
  }

const extraData =
  (size: number): Lie =>
  async (parent) =>
    (await generator.child(parent, { header: { extraData: new Uint8Array(size) } })).block

const largeBody =
  (dataBytes: number): Lie =>
  async (parent) =>
    (await generator.child(parent, { transactions: [transfer(parent, dataBytes)] })).block

const timestamp =
  (secondsOf: (parent: GeneratedBlock) => bigint): Lie =>
  async (parent) =>
    (await generator.child(parent, { header: { timestamp: secondsOf(parent) } })).block

/** Sealed by the exams of the other side. */
const otherExam: Lie = async (parent, { block }) => ({
  ...block,
  header: await otherSideOf(block.header.number).seal(block.header, parent.context),
})

const CASES: readonly (readonly [number: bigint, what: string, lie: Lie, code: RuleCode])[] = [
  [9n, 'the new target', lyingHeader('target'), 'HEADER_TARGET_SCHEDULE'],
  [9n, 'the new gas limit', lyingHeader('gasLimit'), 'HEADER_GAS_LIMIT_STEP'],
  [9n, 'the new base fee', lyingHeader('baseFeePerGas'), 'HEADER_BASE_FEE'],
  [9n, 'the new reward', lyingHeader('stateRoot'), 'EXECUTION_STATE_ROOT'],
  [9n, 'more extra data than before the fork', extraData(33), 'HEADER_EXTRA_DATA_SIZE'],
  [9n, 'the new exam', otherExam, 'WORK_TRANSCRIPT_MISMATCH'],
  [10n, 'the old target', lyingHeader('target'), 'HEADER_TARGET_SCHEDULE'],
  [10n, 'the old gas limit', lyingHeader('gasLimit'), 'HEADER_GAS_LIMIT_RANGE'],
  [10n, 'the old base fee', lyingHeader('baseFeePerGas'), 'HEADER_BASE_FEE'],
  [10n, 'the old reward', lyingHeader('stateRoot'), 'EXECUTION_STATE_ROOT'],
  [10n, 'more extra data than the fork allows', extraData(41), 'HEADER_EXTRA_DATA_SIZE'],
  [10n, 'a body of before the fork', largeBody(2_000), 'BODY_SIZE'],
  [10n, 'the old exam', otherExam, 'WORK_TRANSCRIPT_MISMATCH'],
  [11n, 'the old target', lyingHeader('target'), 'HEADER_TARGET_SCHEDULE'],
  [11n, 'the old base fee', lyingHeader('baseFeePerGas'), 'HEADER_BASE_FEE'],
  [11n, 'the old reward', lyingHeader('stateRoot'), 'EXECUTION_STATE_ROOT'],
  [11n, 'the old exam', otherExam, 'WORK_TRANSCRIPT_MISMATCH'],
  [11n, 'a body of before the fork', largeBody(2_000), 'BODY_SIZE'],
  [11n, 'more extra data than the fork allows', extraData(41), 'HEADER_EXTRA_DATA_SIZE'],
  [
    11n,
    'the time of the second of the last three blocks',
    timestamp(({ context }) => context.recentTimestamps.at(-2) ?? 0n),
    'HEADER_TIMESTAMP_PAST',
  ],
]

/** What a block of that height may do, and one of the other side of the fork may not. */
const ALLOWED: readonly (readonly [number: bigint, what: string, lie: Lie])[] = [
  [9n, 'a large body', largeBody(2_000)],
  [10n, 'as much extra data as the fork allows', extraData(40)],
  [
    11n,
    'a time after the second of the last three blocks',
    timestamp(({ context }) => (context.recentTimestamps.at(-2) ?? 0n) + 1n),
  ],
]

describe('around the fork', () => {
  const open = new Map<bigint, ChainFixture>()

  beforeAll(async () => {
    for (const number of [9n, 10n, 11n]) open.set(number, await openAt(number - 1n, `before-${number}`))
  })

  afterAll(() => Promise.all([...open.values()].map((fixture) => fixture.close())))

  async function offer(number: bigint, lie: Lie): Promise<string> {
    const parent = blockAt(number - 1n)
    const wrong = await otherSideOf(number).child(parent)
    const block = await lie(parent, await generator.child(parent), wrong)
    const fixture = open.get(number) as ChainFixture
    return await fixture.chain.importBlock(block).then(
      ({ kind }) => kind,
      (error: unknown) => (error instanceof RuleError ? error.code : String(error)),
    )
  }

  it.each(CASES)('block %i with %s is refused', async (number, _, lie, code) => {
    expect(await offer(number, lie)).toBe(code)
  })

  it.each(ALLOWED)('block %i with %s is taken', async (number, _, lie) => {
    expect(await offer(number, lie)).toBe('head')
  })
})
