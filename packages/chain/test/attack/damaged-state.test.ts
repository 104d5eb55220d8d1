import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Body,
  concatBytes,
  defined,
  encodeGenerate,
  genesisHash,
  hash32,
  INFERENCE_ADDRESSES,
  type InferenceAnswer,
  type NetworkParams,
  RuleError,
  toAddress,
  uintToBytes,
  utf8ToBytes,
  ZERO_HASH,
} from '@poai/core'
import { type Account, decodeAccount, encodeAccount } from '@poai/execution'
import { createFakeEngine } from '@poai/inference'
import { type Database, openDatabase } from '@poai/storage'
import {
  ChainGenerator,
  engineAnswers,
  type GeneratedBlock,
  LOGGER_WALLET,
  SCRIPTED_MODEL,
  signTransaction,
  testNetwork,
  WALLETS,
} from '@poai/testing/chain'
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { provenHashes } from '../../src/import/proven-state.ts'
import { importAll, openChainFixture, startGenerator } from '../support/chain-fixture.ts'
import { growWithTraffic } from '../support/traffic.ts'

const DAMAGED = { code: 'STORAGE_DAMAGED', hint: expect.stringContaining('poai db check') }
const [ACCOUNTS, SLOTS, CODE, ACCOUNT_NODES, BODIES] = [0x30, 0x31, 0x32, 0x33, 0x12] as const
/** Of a flat value: where it changed last, and how often. */
const FLAT_HEAD_BYTES = 12

let generator: ChainGenerator
let blocks: readonly GeneratedBlock[]
let directory: string

beforeAll(async () => {
  generator = await startGenerator()
  blocks = await growWithTraffic(generator, generator.genesis, { length: 4, branch: 'trunk' })
})

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'poai-damage-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
})

function at(index: number): GeneratedBlock {
  const block = blocks[index]
  if (block === undefined) throw new RangeError(`no block ${index}`)
  return block
}

/** Changes one record of a database on which no chain runs. Undefined takes it away. */
async function change(
  key: Uint8Array,
  changed: (value: Uint8Array) => Uint8Array | undefined,
  params: NetworkParams = testNetwork,
): Promise<void> {
  const database: Database = await openDatabase(directory, { genesisHash: genesisHash(params) })
  const value = database.store.getSync(key)
  if (value === undefined) throw new RangeError('there is such a record')
  await database.store.write([{ key, value: changed(value) }], { sync: true })
  await database.close()
}

function keyOf(table: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(Uint8Array.of(table), ...parts)
}

function withAccount(changed: (account: Account) => Account): (value: Uint8Array) => Uint8Array {
  return (value) => {
    const account = decodeAccount(value.subarray(FLAT_HEAD_BYTES))
    return concatBytes(value.subarray(0, FLAT_HEAD_BYTES), encodeAccount(changed(account)))
  }
}

function flipLast(value: Uint8Array): Uint8Array {
  return value.with(-1, (value.at(-1) ?? 0) ^ 1)
}

const senderKey = (): Uint8Array => keyOf(ACCOUNTS, WALLETS[2]?.address ?? new Uint8Array(0))

/** What is damaged while block 2 is the head, and how. Block 3 reads all of it. */
const DAMAGES: readonly (readonly [string, () => Uint8Array, (value: Uint8Array) => Uint8Array | undefined])[] = [
  ['the nonce of an account', senderKey, withAccount((account) => ({ ...account, nonce: account.nonce + 1n }))],
  ['the balance of an account', senderKey, withAccount((account) => ({ ...account, balance: account.balance + 1n }))],
  ['a missing account', senderKey, () => undefined],
  ['a slot', () => keyOf(SLOTS, LOGGER_WALLET.address, new Uint8Array(32)), () => new Uint8Array(FLAT_HEAD_BYTES)],
  [
    'code',
    () =>
      keyOf(
        CODE,
        hash32(
          generator.params.genesis.accounts.find(({ address }) => Buffer.compare(address, LOGGER_WALLET.address) === 0)
            ?.code ?? new Uint8Array(0),
        ),
      ),
    flipLast,
  ],
  ['a trie node', () => keyOf(ACCOUNT_NODES), flipLast],
  ['a missing trie node', () => keyOf(ACCOUNT_NODES), () => undefined],
]

describe('a state that was damaged on disk', () => {
  it.each(DAMAGES)(
    'is found in %s; no block is blamed, and after the repair it goes on',
    async (_, keyOfDamage, damage) => {
      const first = await openChainFixture({ directory })
      await importAll(first.chain, blocks.slice(0, 2))
      await first.close()
      let undamaged: Uint8Array | undefined
      await change(keyOfDamage(), (value) => {
        undamaged = value
        return damage(value)
      })
      const second = await openChainFixture({ directory })
      const failure: unknown = await second.chain.importBlock(at(2).block).catch((error: unknown) => error)
      expect(failure).toMatchObject(DAMAGED)
      expect(failure).not.toBeInstanceOf(RuleError)
      expect(second.chain.head()).toEqual(at(1).context)
      await second.close()
      const repaired = await openDatabase(directory, { genesisHash: genesisHash(testNetwork) })
      await repaired.store.write([{ key: keyOfDamage(), value: undamaged }], { sync: true })
      await repaired.close()
      const third = await openChainFixture({ directory })
      await importAll(third.chain, blocks.slice(2))
      expect(third.chain.head()).toEqual(at(3).context)
      expect((await third.check()).faults).toEqual([])
      await third.close()
    },
  )

  it('is found in the stored block of a branch', async () => {
    const branch = await growWithTraffic(generator, generator.genesis, { length: 5, branch: 'branch' })
    const [low] = branch
    if (low === undefined) throw new RangeError()
    const first = await openChainFixture({ directory })
    await importAll(first.chain, blocks)
    await first.chain.importBlock(low.block, { branchWork: 1n << 200n })
    await first.close()
    await change(keyOf(BODIES, low.hash), () => first.codecs.body.encode({ transactions: [] }))
    const second = await openChainFixture({ directory })
    await expect(importAll(second.chain, branch)).rejects.toMatchObject(DAMAGED)
    expect(second.chain.head()).toEqual(at(3).context)
    await second.close()
  })
})

describe('what models said, damaged on disk in the stored block of a branch,', () => {
  const params: NetworkParams = { ...testNetwork, inference: { models: [{ ...SCRIPTED_MODEL, contextTokens: 200 }] } }
  const said = { model: SCRIPTED_MODEL.sha256, prompt: utf8ToBytes('hello'), temperature: 0, seed: ZERO_HASH }
  const question = encodeGenerate({ ...said, maxTokens: 4 })
  let trunk: readonly GeneratedBlock[]
  let branch: readonly GeneratedBlock[]

  beforeAll(async () => {
    const engine = createFakeEngine()
    await engine.start()
    const talking = new ChainGenerator({ params, evaluator: engine, answers: engineAnswers(engine) })
    const to = toAddress(uintToBytes(INFERENCE_ADDRESSES.generate, 20))
    const [wallet] = WALLETS as [(typeof WALLETS)[number]]
    const asked = signTransaction(params.chainId, wallet, { nonce: 0n, to, data: question, gasLimit: 100_000n })
    trunk = await talking.grow(talking.genesis, 2, () => ({ header: { extraData: Uint8Array.of(1) } }))
    branch = await talking.grow(talking.genesis, 3, (index) => ({ transactions: index === 0 ? [asked] : [] }))
  })

  it('are found by the check of the database where execution does not read them', async () => {
    const [low] = branch as [GeneratedBlock]
    const first = await openChainFixture({ directory, params })
    await importAll(first.chain, branch)
    expect((await first.check()).faults).toEqual([])
    await first.close()
    const answers = low.block.body.answers?.map((answer) => ({ ...answer, root: ZERO_HASH }) as InferenceAnswer)
    await change(
      keyOf(BODIES, low.hash),
      () => first.codecs.body.encode({ ...low.block.body, ...defined({ answers }) }),
      params,
    )
    const second = await openChainFixture({ directory, params })
    expect((await second.check()).faults).toMatchObject([{ kind: 'wrong-root' }])
    await second.close()
  })

  const damages: readonly (readonly [string, (body: Body) => Body])[] = [
    ['are missing', ({ transactions }) => ({ transactions, answers: [] })],
    ['have no list', ({ transactions }) => ({ transactions })],
    [
      'are others',
      ({ answers = [], ...body }) => ({
        ...body,
        // Another gas, and so another header: what only a caller reads is found by `poai db check`.
        answers: answers.map((answer) => ({ ...answer, tokens: [13] }) as InferenceAnswer),
      }),
    ],
  ]
  it.each(damages)('blame nobody where they %s', async (_, damage) => {
    const [low] = branch as [GeneratedBlock]
    const first = await openChainFixture({ directory, params })
    await importAll(first.chain, trunk)
    await first.chain.importBlock(low.block, { branchWork: 1n << 200n })
    await first.close()
    await change(keyOf(BODIES, low.hash), () => first.codecs.body.encode(damage(low.block.body)), params)
    const second = await openChainFixture({ directory, params })
    await expect(importAll(second.chain, branch)).rejects.toMatchObject(DAMAGED)
    expect(second.chain.head()).toEqual(trunk.at(-1)?.context)
    await second.close()
  })
})

describe('a second look', () => {
  it('takes a block in that the first one failed on', async () => {
    const { chain, costs } = await openChainFixture()
    costs.onExecution = () => {
      if (costs.executions === 1) throw new RuleError('EXECUTION_GAS_USED', 'a bit was flipped')
    }
    await importAll(chain, blocks)
    expect(chain.head()).toEqual(at(3).context)
    expect(costs.executions).toBe(blocks.length + 1)
  })

  it('agrees that an invalid block is one, and is not taken again', async () => {
    const { chain, costs } = await openChainFixture()
    await importAll(chain, blocks.slice(0, 3))
    costs.executions = 0
    const bad = await generator.child(at(2), { header: { gasUsed: 1n } })
    await expect(chain.importBlock(bad.block)).rejects.toMatchObject({ code: 'EXECUTION_GAS_USED' })
    await expect(chain.importBlock(bad.block)).rejects.toMatchObject({ code: 'EXECUTION_GAS_USED' })
    expect(costs.executions).toBe(2)
  })
})

it('the hashes of earlier blocks are those that the headers name', () => {
  const all = [generator.genesis, ...blocks]
  const header = (hash: Uint8Array): ReturnType<Parameters<typeof provenHashes>[0]['header']> =>
    all.find((block) => Buffer.compare(block.hash, hash) === 0)?.block.header
  const hashOf = provenHashes({ header }, at(3).context)
  expect([3n, 0n, 2n, 4n, 5n].map(hashOf)).toEqual([
    at(2).hash,
    generator.genesis.hash,
    at(1).hash,
    at(3).hash,
    undefined,
  ])
  const damaged = provenHashes({ header: () => at(0).block.header }, at(3).context)
  expect(() => damaged(0n)).toThrowError(expect.objectContaining(DAMAGED))
})
