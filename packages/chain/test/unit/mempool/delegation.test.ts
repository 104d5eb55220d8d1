import {
  type Address,
  bytesToHex,
  createTransactionCodec,
  devnet,
  type Hardfork,
  hash32,
  silentLogger,
  type Transaction,
  toAddress,
  uintToBytes,
} from '@poai/core'
import { type Account, delegationTo, NEW_ACCOUNT, transactionRulesAt } from '@poai/execution'
import { type AuthorizationPlan, signTransaction, testWallet, type Wallet } from '@poai/testing/chain'
import { describe, expect, it } from 'vitest'
import {
  createInlineDecoder,
  createMempool,
  inlineRecovery,
  type Mempool,
  type MempoolHead,
} from '../../../src/index.ts'
import { MemoryMempoolStore } from '../../support/pool-fixture.ts'

const CHAIN_ID = 77n
const GWEI = 10n ** 9n
const codec = createTransactionCodec(CHAIN_ID)
const [alice, bob, carol] = ['alice', 'bob', 'carol'].map(testWallet) as [Wallet, Wallet, Wallet]
const TARGET: Address = toAddress(uintToBytes(0xabcdn, 20))
const DELEGATED = delegationTo(TARGET)

/** A pool of real transactions over accounts that a test sets. */
class Pool {
  readonly #accounts = new Map<string, Account>()
  readonly #codes = new Map<string, Uint8Array>()
  #hardfork: Hardfork
  readonly told: string[] = []
  pool: Mempool
  readonly #store = new MemoryMempoolStore()

  constructor(hardfork: Hardfork = 'osaka') {
    this.#hardfork = hardfork
    for (const wallet of [alice, bob, carol]) this.set(wallet)
    this.pool = this.#open()
  }

  set({ address }: Wallet, { nonce = 0n, code }: { readonly nonce?: bigint; readonly code?: Uint8Array } = {}): void {
    const account = { ...NEW_ACCOUNT, nonce, balance: 10n ** 20n }
    const codeHash = code === undefined ? account.codeHash : hash32(code)
    if (code !== undefined) this.#codes.set(bytesToHex(codeHash), code)
    this.#accounts.set(bytesToHex(address), { ...account, codeHash })
  }

  /** The next block is the first of another rule set. */
  fork(hardfork: Hardfork): void {
    this.#hardfork = hardfork
    this.moveHead()
  }

  moveHead(included: readonly Transaction[] = []): void {
    this.pool.setHead(this.#head(), { included: included.map(({ hash }) => hash), returned: [] })
  }

  async restart(): Promise<void> {
    await this.pool.save()
    this.pool = this.#open()
    await this.pool.start()
  }

  /** The transaction, if it is taken; else what the pool says. */
  async offer(wallet: Wallet, plan: Partial<Parameters<typeof signTransaction>[2]>): Promise<Transaction | string> {
    const transaction = signTransaction(CHAIN_ID, wallet, { nonce: 0n, to: TARGET, gasLimit: 200_000n, ...plan })
    try {
      return (await this.pool.add(transaction)).transaction
    } catch (error) {
      return (error as Error).message
    }
  }

  take(wallet: Wallet, plan: Partial<Parameters<typeof signTransaction>[2]> = {}): Promise<Transaction> {
    return this.offer(wallet, plan).then((taken) => {
      if (typeof taken === 'string') throw new Error(taken)
      return taken
    })
  }

  #head(): MempoolHead {
    return {
      state: {
        account: (address) => this.#accounts.get(bytesToHex(address)),
        code: (codeHash) => this.#codes.get(bytesToHex(codeHash)),
      },
      ...{ baseFeePerGas: GWEI, gasLimit: 30_000_000n },
      rules: transactionRulesAt({ ...devnet, hardfork: this.#hardfork }, 1n),
    }
  }

  #open(): Mempool {
    const pool = createMempool(
      { head: this.#head() },
      {
        ...{ codec, decoder: createInlineDecoder(codec), recovery: inlineRecovery, store: this.#store },
        ...{ clock: { nowMs: () => 1_000_000 }, logger: silentLogger },
      },
    )
    pool.onRemoved(({ entry, reason }) => this.told.push(`${entry.transaction.nonce} ${reason}`))
    return pool
  }
}

function of(wallet: Wallet, plan: Partial<AuthorizationPlan> = {}): AuthorizationPlan {
  return { wallet, address: TARGET, nonce: 0n, ...plan }
}

const LIMIT = 'in-flight transaction limit reached for delegated accounts'
const GAP = 'gapped-nonce tx from delegated accounts'
const RESERVED = 'authority already reserved'

describe('what the rule set says', () => {
  it('type 4 is welcome from Osaka on', async () => {
    const plan = { authorizations: [of(bob)] }
    expect(await new Pool('cancun').offer(alice, plan)).toBe('transaction type not supported')
    expect(await new Pool().offer(alice, plan)).toMatchObject({ type: 4 })
  })

  it('a transaction uses at most 2^24 gas', async () => {
    const [most, more] = [1n << 24n, (1n << 24n) + 1n]
    expect(await new Pool().offer(alice, { gasLimit: more })).toBe('transaction gas limit too high')
    expect(await new Pool().offer(alice, { gasLimit: most })).toMatchObject({ gasLimit: most })
    expect(await new Pool('cancun').offer(alice, { gasLimit: more })).toMatchObject({ gasLimit: more })
  })

  it('its gas limit covers the floor of its data, and its authorizations', async () => {
    const data = new Uint8Array(10).fill(1)
    expect(await new Pool().offer(alice, { data, gasLimit: 21_399n })).toBe('intrinsic gas too low')
    expect(await new Pool().offer(alice, { data, gasLimit: 21_400n })).toMatchObject({ type: 2 })
    const authorizations = [of(bob), of(carol)]
    expect(await new Pool().offer(alice, { authorizations, gasLimit: 70_999n })).toBe('intrinsic gas too low')
    expect(await new Pool().offer(alice, { authorizations, gasLimit: 71_000n })).toMatchObject({ type: 4 })
  })

  it('a fork sends away what its rules refuse, and nothing else', async () => {
    const pool = new Pool('cancun')
    const [most, data] = [1n << 24n, new Uint8Array(10).fill(1)]
    await pool.take(alice, { nonce: 0n, gasLimit: most })
    await pool.take(alice, { nonce: 1n, gasLimit: most + 1n })
    await pool.take(bob, { nonce: 0n, data, gasLimit: 21_400n })
    await pool.take(bob, { nonce: 1n, data, gasLimit: 21_399n })
    pool.moveHead()
    expect(pool.told).toEqual([])
    pool.fork('osaka')
    expect(pool.told).toEqual(['1 rules-changed', '1 rules-changed'])
    await pool.take(carol, { nonce: 0n, authorizations: [of(testWallet('dave'))] })
    // A reorganisation may lead back to before the fork.
    pool.fork('cancun')
    expect(pool.told.slice(2)).toEqual(['0 rules-changed'])
    expect(pool.pool.size).toMatchObject({ pending: 2 })
  })

  it('an account that delegates may send, a contract may not', async () => {
    const pool = new Pool()
    pool.set(alice, { code: DELEGATED })
    pool.set(bob, { code: Uint8Array.of(1) })
    expect(await pool.offer(alice, {})).toMatchObject({ nonce: 0n })
    expect(await pool.offer(bob, {})).toBe('sender not an eoa')
  })
})

describe('an account that delegates', () => {
  it('has one transaction waiting, the next, which may be replaced', async () => {
    const pool = new Pool()
    pool.set(alice, { nonce: 4n, code: DELEGATED })
    expect(await pool.offer(alice, { nonce: 5n })).toBe(GAP)
    await pool.take(alice, { nonce: 4n })
    expect(await pool.offer(alice, { nonce: 5n })).toBe(LIMIT)
    await pool.take(alice, { nonce: 4n, maxFeePerGas: 20n * GWEI, maxPriorityFeePerGas: 2n * GWEI })
    expect(pool.told).toEqual(['4 replaced'])
  })

  it('keeps only the first of those that waited when it began to', async () => {
    const pool = new Pool()
    const first = await pool.take(alice, { nonce: 0n })
    for (const nonce of [1n, 2n]) await pool.take(alice, { nonce })
    pool.set(alice, { nonce: 1n, code: DELEGATED })
    pool.moveHead([first])
    expect(pool.told).toEqual(['0 mined', '2 delegated'])
    // Two at a time again once it has ended that.
    pool.set(alice, { nonce: 1n })
    pool.moveHead()
    await pool.take(alice, { nonce: 2n })
  })
})

describe('an account that something in the pool makes delegate', () => {
  it('has one transaction waiting, until that is gone', async () => {
    const pool = new Pool()
    const delegating = await pool.take(alice, { authorizations: [of(bob)] })
    await pool.take(bob, { nonce: 0n })
    expect(await pool.offer(bob, { nonce: 1n })).toBe(LIMIT)
    pool.set(alice, { nonce: 1n })
    pool.moveHead([delegating])
    await pool.take(bob, { nonce: 1n })
  })

  it('has nothing waiting behind a missing nonce', async () => {
    const pool = new Pool()
    await pool.take(alice, { authorizations: [of(bob)] })
    expect(await pool.offer(bob, { nonce: 1n })).toBe(GAP)
  })

  it('has at most one waiting before', async () => {
    const pool = new Pool()
    await pool.take(bob, { nonce: 0n })
    await pool.take(carol, { nonce: 0n })
    await pool.take(carol, { nonce: 1n })
    expect(await pool.offer(alice, { authorizations: [of(bob), of(carol)] })).toBe(RESERVED)
    await pool.take(alice, { authorizations: [of(bob)] })
  })

  it('may be the sender, which then waits for it', async () => {
    const pool = new Pool()
    await pool.take(alice, { authorizations: [of(alice, { nonce: 1n })] })
    expect(await pool.offer(alice, { nonce: 1n })).toBe(LIMIT)
    const fees = { maxFeePerGas: 20n * GWEI, maxPriorityFeePerGas: 2n * GWEI }
    await pool.take(alice, { authorizations: [of(alice, { nonce: 1n })], ...fees })
    // What was replaced binds nobody.
    await pool.take(alice, { maxFeePerGas: 40n * GWEI, maxPriorityFeePerGas: 4n * GWEI })
    await pool.take(alice, { nonce: 1n })
  })

  it('is not bound by authorizations for another chain', async () => {
    const pool = new Pool()
    await pool.take(alice, { authorizations: [of(bob, { chainId: CHAIN_ID + 1n })] })
    await pool.take(bob, { nonce: 0n })
    await pool.take(bob, { nonce: 1n })
  })

  it('is known again after a restart', async () => {
    const pool = new Pool()
    await pool.take(alice, { authorizations: [of(bob, { chainId: 0n })] })
    await pool.restart()
    expect(await pool.offer(bob, { nonce: 1n })).toBe(GAP)
  })
})
