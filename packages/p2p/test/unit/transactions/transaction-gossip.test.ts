import { type AddOutcome, MempoolError, type PooledTransaction } from '@poai/chain'
import {
  createTransactionCodec,
  Emitter,
  genesisHash,
  hash32,
  RuleError,
  silentLogger,
  type Transaction,
} from '@poai/core'
import { signTransaction, testNetwork, WALLETS, type Wallet } from '@poai/testing/chain'
import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import type { GossipVerdict } from '../../../src/gossip/gossip-router.ts'
import type { Offence } from '../../../src/peers/offences.ts'
import type { Peer } from '../../../src/peers/peer.ts'
import { Topics } from '../../../src/topics/topics.ts'
import { MAX_BATCH_TRANSACTIONS, transactionBatchCodec } from '../../../src/transactions/transaction-batch.ts'
import { TransactionGossip } from '../../../src/transactions/transaction-gossip.ts'
import { TRANSACTION_LIMITS } from '../../../src/transactions/transaction-limits.ts'
import { A_STATUS } from '../../support/fake-handshake.ts'
import { LoneRouter } from '../../support/lone-router.ts'

const codec = createTransactionCodec(testNetwork.chainId)
const [alice, bob] = WALLETS as [Wallet, Wallet]
const transactions = Array.from({ length: 3 }, (_, nonce) =>
  signTransaction(testNetwork.chainId, alice, { nonce: BigInt(nonce), to: bob.address }),
)
const [first, second] = transactions as [Transaction, Transaction]

const PEER: Peer = { id: 'peer', address: '1.2.3.4', direction: 'in', status: A_STATUS, connectedAtMs: 0 }

/** Gossip over a pool that says what the test wants. */
class Fixture {
  readonly offences: Offence[] = []
  readonly router: LoneRouter = new LoneRouter()
  readonly added: Emitter<PooledTransaction> = new Emitter('added', silentLogger)
  readonly pool = new Map<string, PooledTransaction>()
  readonly clock: ManualClock = new ManualClock()
  readonly gossip: TransactionGossip
  /** What each batch costs in vain. */
  vainMs = 0
  refusal: ((transaction: Transaction) => MempoolError | RuleError | undefined) | undefined

  constructor() {
    const topics = new Topics(
      { genesisHash: genesisHash(testNetwork), sharedAddresses: true },
      {
        router: this.router,
        peers: {
          get: (id) => (id === PEER.id ? PEER : undefined),
          report: (_, offence) => this.offences.push(offence),
        },
        isCurrent: () => true,
        ...{ clock: this.clock, logger: silentLogger },
      },
    )
    this.gossip = new TransactionGossip({
      topics,
      mempool: {
        addEncoded: async (offered) => ({
          outcomes: offered.map((bytes) => this.offerEncoded(bytes)),
          vainMs: this.vainMs,
        }),
        get: (hash) => this.pool.get(Buffer.from(hash).toString('hex')),
        onAdded: this.added.subscribe,
      },
      clock: this.clock,
    })
    this.gossip.start()
  }

  get published(): (readonly Uint8Array[])[] {
    return this.router.published.map((data) => transactionBatchCodec.decode(data))
  }

  offerEncoded(bytes: Uint8Array): AddOutcome {
    if (this.pool.has(Buffer.from(hash32(bytes)).toString('hex'))) {
      return { kind: 'refused', error: new MempoolError('MEMPOOL_ALREADY_KNOWN', 'already known') }
    }
    try {
      return this.offer(codec.decode(bytes))
    } catch (error) {
      if (error instanceof RuleError) return { kind: 'refused', error }
      throw error
    }
  }

  offer(transaction: Transaction): AddOutcome {
    const error = this.refusal?.(transaction)
    if (error !== undefined) return { kind: 'refused', error }
    const entry = { transaction, sender: alice.address, authorities: [], addedAtMs: 0, arrival: 0 }
    this.pool.set(Buffer.from(transaction.hash).toString('hex'), entry)
    this.added.emit(entry)
    return { kind: 'added', entry }
  }

  async judge(data: Uint8Array, from = PEER.id): Promise<GossipVerdict> {
    return this.router.receive('transactions', data, from)
  }
}

function batch(...of: readonly Transaction[]): Uint8Array {
  return transactionBatchCodec.encode(of.map(({ bytes }) => bytes))
}

describe('the gossip of transactions', () => {
  it('passes on a batch with anything new in it, and does not tell of it a second time', async () => {
    const fixture = new Fixture()
    fixture.offer(first)
    await fixture.clock.advance(75)
    expect(await fixture.judge(batch(first, second))).toBe('accept')
    expect(await fixture.judge(batch(first, second))).toBe('ignore')
    await fixture.clock.advance(75)
    expect(fixture.published).toEqual([[first.bytes]])
    await fixture.gossip.stop()
  })

  it('gathers what was added here for a moment, in the order of its coming', async () => {
    const fixture = new Fixture()
    for (const transaction of transactions) fixture.offer(transaction)
    expect(fixture.published).toEqual([])
    await fixture.clock.advance(75)
    expect(fixture.published).toEqual([transactions.map(({ bytes }) => bytes)])
    await fixture.gossip.stop()
  })

  it('leaves out what left the pool meanwhile', async () => {
    const fixture = new Fixture()
    fixture.offer(first)
    fixture.pool.clear()
    await fixture.clock.advance(75)
    expect(fixture.published).toEqual([])
    await fixture.gossip.stop()
  })

  it('ignores what the pool does not want: the next one may', async () => {
    const fixture = new Fixture()
    fixture.refusal = () => new MempoolError('MEMPOOL_FULL', 'txpool is full')
    expect(await fixture.judge(batch(first))).toBe('ignore')
    expect(fixture.offences).toEqual([])
    await fixture.gossip.stop()
  })

  it('rejects a batch with a signature that nobody can have made', async () => {
    const fixture = new Fixture()
    fixture.refusal = ({ nonce }) => (nonce === 1n ? new RuleError('TRANSACTION_SIGNATURE', 'bad') : undefined)
    expect(await fixture.judge(batch(first, second))).toBe('reject')
    expect(fixture.offences).toEqual(['invalid-transaction'])
    await fixture.gossip.stop()
  })

  it('rejects bytes that are no batch, and transactions that are none', async () => {
    const fixture = new Fixture()
    const garbage = [
      Uint8Array.of(0x80),
      Uint8Array.of(0xc1, 0x01),
      transactionBatchCodec.encode([Uint8Array.of(2, 1)]),
    ]
    for (const data of garbage) expect(await fixture.judge(data)).toBe('reject')
    const limit = Array.from({ length: MAX_BATCH_TRANSACTIONS + 1 }, () => new Uint8Array(1))
    expect(await fixture.judge(transactionBatchCodec.encode(limit))).toBe('reject')
    expect(fixture.offences).toHaveLength(4)
    await fixture.gossip.stop()
  })

  it('blames nobody for a transaction of another chain or a later type', async () => {
    const fixture = new Fixture()
    const foreign = signTransaction(testNetwork.chainId + 1n, alice, { nonce: 0n, to: bob.address })
    expect(await fixture.judge(batch(foreign))).toBe('ignore')
    expect(await fixture.judge(transactionBatchCodec.encode([Uint8Array.of(5, 0xc0)]))).toBe('ignore')
    expect(fixture.offences).toEqual([])
    await fixture.gossip.stop()
  })

  it('looks at nothing of a peer that is none, or whose allowance is spent', async () => {
    const fixture = new Fixture()
    const garbage = Uint8Array.of(0x80)
    expect(await fixture.judge(garbage, 'stranger')).toBe('ignore')
    fixture.vainMs = TRANSACTION_LIMITS.vainMs.capacity
    expect(await fixture.judge(batch(first))).toBe('accept')
    expect(await fixture.judge(garbage)).toBe('ignore')
    expect(fixture.offences).toEqual([])
    await fixture.clock.advance(1)
    expect(await fixture.judge(garbage)).toBe('reject')
    await fixture.gossip.stop()
  })

  it('sends no more bytes in a second than neighbours take, however many wait', async () => {
    const fixture = new Fixture()
    const data = new Uint8Array(100_000)
    for (let nonce = 0n; nonce < 40n; nonce++) {
      fixture.offer(
        signTransaction(testNetwork.chainId, alice, { nonce, to: bob.address, data, gasLimit: 10_000_000n }),
      )
    }
    for (let ms = 0; ms < 2000; ms += 25) await fixture.clock.advance(25)
    const sent = fixture.published.flat().reduce((sum, { length }) => sum + length, 0)
    expect(sent).toBeGreaterThan(1024 * 1024)
    expect(sent).toBeLessThanOrEqual(2.3 * 1024 * 1024)
    await fixture.gossip.stop()
  })
})
