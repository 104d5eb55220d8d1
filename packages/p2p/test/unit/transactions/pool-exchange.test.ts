import { type AddOutcome, MempoolError } from '@poai/chain'
import {
  bytesToHex,
  createTransactionCodec,
  Emitter,
  type Hash32,
  RuleError,
  silentLogger,
  type Transaction,
} from '@poai/core'
import { signTransaction, testNetwork, WALLETS, type Wallet } from '@poai/testing/chain'
import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { CostAllowance } from '../../../src/budget/cost-allowance.ts'
import type { Offence } from '../../../src/peers/offences.ts'
import type { Peer } from '../../../src/peers/peer.ts'
import { PoolExchange } from '../../../src/transactions/pool-exchange.ts'
import { TRANSACTION_LIMITS } from '../../../src/transactions/transaction-limits.ts'
import { A_STATUS } from '../../support/fake-handshake.ts'

const [alice, bob] = WALLETS as [Wallet, Wallet]
const transactions = Array.from({ length: 4 }, (_, nonce) =>
  signTransaction(testNetwork.chainId, alice, { nonce: BigInt(nonce), to: bob.address }),
)

const codec = createTransactionCodec(testNetwork.chainId)

class Fixture {
  readonly clock: ManualClock = new ManualClock()
  readonly joined: Emitter<Peer> = new Emitter('joined', silentLogger)
  readonly connected: Peer[] = []
  readonly offences: Offence[] = []
  readonly asked: string[] = []
  readonly pool = new Set<string>()
  readonly exchange: PoolExchange
  isCurrent = true
  /** What each pull costs in vain. */
  vainMs = 0
  /** What peers have, and what they send when they are asked for some of it. */
  theirs: readonly Transaction[] = transactions
  sent: (hashes: readonly Hash32[]) => readonly Transaction[] = (hashes) =>
    this.theirs.filter(({ hash }) => hashes.some((wanted) => bytesToHex(wanted) === bytesToHex(hash)))
  outcome: (transaction: Transaction) => AddOutcome = (transaction) => {
    this.pool.add(bytesToHex(transaction.hash))
    return { kind: 'added', entry: { transaction, sender: alice.address, authorities: [], addedAtMs: 0, arrival: 0 } }
  }

  constructor() {
    this.exchange = new PoolExchange({
      source: {
        poolHashes: async (peerId) => {
          this.asked.push(peerId)
          return this.theirs.map(({ hash }) => hash)
        },
        poolTransactions: async (_, hashes) => this.sent(hashes).map(({ bytes }) => bytes),
      },
      mempool: {
        addEncoded: async (offered) => ({
          outcomes: offered.map((bytes) => this.outcome(codec.decode(bytes))),
          vainMs: this.vainMs,
        }),
        get: (hash) => (this.pool.has(bytesToHex(hash)) ? ({} as never) : undefined),
      },
      peers: {
        list: () => this.connected,
        get: (id) => this.connected.find((peer) => peer.id === id),
        onJoined: this.joined.subscribe,
        report: (_, offence) => this.offences.push(offence),
      },
      allowance: new CostAllowance({ limits: TRANSACTION_LIMITS, sharedAddresses: false }, { clock: this.clock }),
      isCurrent: () => this.isCurrent,
      clock: this.clock,
      random: () => 0,
      logger: silentLogger,
    })
  }

  join(id: string, sharesPool = true): void {
    const status = { ...A_STATUS, services: { allBlocks: true, transactions: sharesPool } }
    const peer: Peer = { id, address: '1.2.3.4', direction: 'in', status, connectedAtMs: 0 }
    this.connected.push(peer)
    this.joined.emit(peer)
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 500) {
      await this.clock.advance(500)
      for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate)
    }
  }
}

describe('the exchange of pools', () => {
  it('asks who joins for what is not here', async () => {
    const fixture = new Fixture()
    await fixture.exchange.start()
    fixture.pool.add(bytesToHex(transactions[0]?.hash ?? new Uint8Array()))
    fixture.join('a')
    await fixture.pass(500)
    expect(fixture.pool.size).toBe(4)
    expect(fixture.exchange.pulled).toBe(3)
    await fixture.exchange.stop()
  })

  it('waits until this node is current, and asks nobody who keeps no pool', async () => {
    const fixture = new Fixture()
    await fixture.exchange.start()
    fixture.isCurrent = false
    fixture.join('a')
    fixture.join('poolless', false)
    await fixture.pass(20_000)
    expect(fixture.asked).toEqual([])
    fixture.isCurrent = true
    await fixture.pass(500)
    expect(fixture.asked).toEqual(['a'])
    await fixture.exchange.stop()
  })

  it('asks somebody every ten seconds, though nothing happened', async () => {
    const fixture = new Fixture()
    await fixture.exchange.start()
    fixture.join('a')
    await fixture.pass(30_500)
    expect(fixture.asked.length).toBeGreaterThanOrEqual(3)
    await fixture.exchange.stop()
  })

  it('holds it against a peer if it sends what was not asked for, or what nobody signed', async () => {
    const fixture = new Fixture()
    await fixture.exchange.start()
    fixture.theirs = transactions.slice(0, 2)
    fixture.sent = () => transactions.slice(2)
    fixture.join('a')
    await fixture.pass(500)
    expect(fixture.offences).toEqual(['wrong-answer'])
    expect(fixture.pool.size).toBe(0)
    fixture.sent = () => transactions.slice(0, 1)
    fixture.outcome = () => ({ kind: 'refused', error: new RuleError('TRANSACTION_SIGNATURE', 'bad') })
    fixture.join('b')
    await fixture.pass(500)
    expect(fixture.offences).toEqual(['wrong-answer', 'invalid-transaction'])
    await fixture.exchange.stop()
  })

  it('asks a peer for nothing while its allowance is spent', async () => {
    const fixture = new Fixture()
    await fixture.exchange.start()
    fixture.vainMs = TRANSACTION_LIMITS.vainMs.capacity
    fixture.outcome = () => ({ kind: 'refused', error: new MempoolError('MEMPOOL_FULL', 'txpool is full') })
    fixture.join('a')
    await fixture.pass(500)
    expect(fixture.asked).toEqual(['a'])
    fixture.vainMs = 1000
    fixture.join('b')
    await fixture.pass(500)
    expect(fixture.asked).toEqual(['a', 'b'])
    await fixture.pass(20_000)
    // Both are at one address: what they cost together is paid for a good while later.
    expect(fixture.asked).toEqual(['a', 'b'])
    expect(fixture.offences).toEqual([])
    await fixture.exchange.stop()
  })
})
