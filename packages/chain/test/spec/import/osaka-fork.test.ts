import {
  bytesToHex,
  type Hash32,
  hex,
  type NetworkParams,
  type Transaction,
  toAddress,
  toHash32,
  uintToBytes,
} from '@poai/core'
import {
  type AuthorizationPlan,
  type ChainGenerator,
  FORK_NUMBER,
  type GeneratedBlock,
  signTransaction,
  testNetwork,
  WALLETS,
  type Wallet,
} from '@poai/testing/chain'
import { beforeAll, describe, expect, it } from 'vitest'
import { type ChainFixture, importAll, openChainFixture, startGenerator } from '../../support/chain-fixture.ts'

const HISTORY = toAddress(hex('0x0000f90827f1c53a10cb7a02335b175320002935'))
const [alice, bob] = WALLETS as readonly [Wallet, Wallet]

/** From Cancun to Osaka at a block, and nothing else. */
function osakaFrom(number: bigint): NetworkParams {
  return { ...testNetwork, name: 'to-osaka', forks: [{ name: 'osaka', number, changes: { hardfork: 'osaka' } }] }
}

const params = osakaFrom(FORK_NUMBER)
let generator: ChainGenerator
/** Of a network that forks one block earlier, and of one that forks one block later. */
let early: ChainGenerator
let late: ChainGenerator
/** Blocks 0 to 9. */
let chain: readonly GeneratedBlock[]

function blockAt(number: bigint): GeneratedBlock {
  return chain[Number(number)] as GeneratedBlock
}

function delegating(nonce = 0n, authorization: Partial<AuthorizationPlan> = {}): Transaction {
  return signTransaction(params.chainId, alice, {
    ...{ nonce, to: alice.address, gasLimit: 100_000n },
    authorizations: [{ wallet: bob, address: HISTORY, nonce: 0n, ...authorization }],
  })
}

async function openAt(number: bigint): Promise<ChainFixture> {
  const fixture = await openChainFixture({ params })
  await importAll(fixture.chain, chain.slice(1, Number(number) + 1))
  return fixture
}

beforeAll(async () => {
  generator = await startGenerator(params)
  early = await startGenerator(osakaFrom(FORK_NUMBER - 1n))
  late = await startGenerator(osakaFrom(FORK_NUMBER + 1n))
  chain = [generator.genesis, ...(await generator.grow(generator.genesis, 9))]
})

describe('a network that goes from Cancun to Osaka at block 10', () => {
  it('refuses a transaction that delegates in block 9, and takes it in block 10', async () => {
    const fixture = await openAt(8n)
    const tooEarly = await early.child(blockAt(8n), { transactions: [delegating()] })
    await expect(fixture.chain.importBlock(tooEarly.block)).rejects.toMatchObject({
      code: 'EXECUTION_TRANSACTION_TYPE',
    })
    await fixture.chain.importBlock(blockAt(9n).block)
    const first = await generator.child(blockAt(9n), { transactions: [delegating()] })
    expect(await fixture.chain.importBlock(first.block)).toMatchObject({ kind: 'head' })
    const code = first.state.code(first.state.account(bob.address)?.codeHash as Hash32)
    expect(bytesToHex(code as Uint8Array)).toBe(`0xef0100${bytesToHex(HISTORY).slice(2)}`)
    expect((await fixture.check()).faults).toEqual([])
    await fixture.close()
  })

  it('keeps hashes of blocks in the state from block 10 on: the parent of block 10 is the first', async () => {
    const fixture = await openAt(9n)
    const forgetful = await late.child(blockAt(9n))
    await expect(fixture.chain.importBlock(forgetful.block)).rejects.toMatchObject({ code: 'EXECUTION_STATE_ROOT' })
    const tenth = await generator.child(blockAt(9n))
    expect(await fixture.chain.importBlock(tenth.block)).toMatchObject({ kind: 'head' })
    const slot = (number: number): string => {
      const key = toHash32(uintToBytes(BigInt(number), 32))
      return bytesToHex(tenth.state.storage(HISTORY, key))
    }
    expect(slot(9)).toBe(bytesToHex(blockAt(9n).context.hash))
    expect([8, 10].map(slot)).toEqual(['0x', '0x'])
    await fixture.close()
  })

  it('takes transactions that delegate into the pool when the next block may hold them', async () => {
    const fixture = await openAt(8n)
    const { mempool } = fixture.chain
    await expect(mempool.add(delegating())).rejects.toMatchObject({ code: 'MEMPOOL_TRANSACTION_TYPE' })
    await fixture.chain.importBlock(blockAt(9n).block)
    await mempool.add(delegating())
    const template = await fixture.chain.templates.build({
      ...{ beneficiary: alice.address, extraData: new Uint8Array(0), gasLimitGoal: params.gas.initialLimit },
      nowSeconds: fixture.chain.head().timestamp + 5n,
    })
    expect(template.body.transactions.map(({ type }) => type)).toEqual([4])
    await fixture.close()
  })

  it('takes back what a reorganisation leaves out, and knows whom it may make delegate', async () => {
    const fixture = await openAt(9n)
    const { chain: node } = fixture
    const mined = await generator.child(blockAt(9n), { transactions: [delegating()] })
    await node.importBlock(mined.block)
    await importAll(node, await generator.grow(blockAt(9n), 2, () => ({ header: { beneficiary: bob.address } })))
    expect(
      [...node.mempool.accounts()].flatMap(({ pending }) => pending.map(({ transaction }) => transaction.type)),
    ).toEqual([4])
    const gapped = signTransaction(params.chainId, bob, { nonce: 1n, to: alice.address })
    await expect(node.mempool.add(gapped)).rejects.toMatchObject({ code: 'MEMPOOL_DELEGATED_GAP' })
    await fixture.close()
  })
})
