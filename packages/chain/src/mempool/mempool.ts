import {
  type Address,
  bytesToHex,
  type Clock,
  defined,
  Emitter,
  type Hash32,
  hash32,
  type Logger,
  RuleError,
  type Startable,
  type Subscribe,
  type Transaction,
  type TransactionCodec,
} from '@poai/core'
import { delegateOf, type SenderRecovery } from '@poai/execution'
import { CostMeter } from '../pace/cost-meter.ts'
import { createPace } from '../pace/pace.ts'
import type { TransactionDecoder } from '../recovery/transaction-decoder.ts'
import { authoritiesOf } from './authorities-of.ts'
import { MempoolError, refusal } from './mempool-error.ts'
import type { RemovedTransaction } from './mempool-events.ts'
import { MEMPOOL_DEFAULTS, type MempoolLimits } from './mempool-options.ts'
import { decodeSaved, encodeSaved, type MempoolStore, type SavedTransaction } from './mempool-snapshot.ts'
import { type AccountContent, PoolContent, type PoolSize } from './pool-content.ts'
import type { PooledTransaction } from './pooled-transaction.ts'
import { createPriceOrder, type PriceOrder } from './price-order.ts'
import { recoverEach } from './recover-each.ts'
import { validateDelegation } from './validate-delegation.ts'
import { codeAt, type MempoolHead, validateForm, validateSender } from './validate-pooling.ts'

/** A transaction, and whose it is. */
export type SignedTransaction = Pick<PooledTransaction, 'transaction' | 'sender' | 'authorities'>

/** What a new head does to the pool besides the state. */
export interface MempoolHeadChange {
  /** Of the transactions in blocks that joined the chain. */
  readonly included: readonly Hash32[]
  /** Those in blocks that left it and not in blocks that joined, in the order of the chain. */
  readonly returned: readonly SignedTransaction[]
}

/** What became of a transaction that was offered. */
export type AddOutcome =
  | { readonly kind: 'added'; readonly entry: PooledTransaction }
  /** A `MempoolError` says that the pool does not want it; a `RuleError`, that nobody can have signed it. */
  | { readonly kind: 'refused'; readonly error: MempoolError | RuleError }

/** What became of encodings that were offered, and what it cost. */
export interface OfferReport {
  /** In the order of the encodings. A `RuleError` also says that bytes are no transaction. */
  readonly outcomes: readonly AddOutcome[]
  /**
   * Measured, of this thread and of helper threads, for the transactions that were not taken; what was taken is
   * welcome.
   */
  readonly vainMs: number
}

/** The pool, as others see it. */
export interface MempoolView {
  readonly size: PoolSize
  readonly onAdded: Subscribe<PooledTransaction>
  readonly onRemoved: Subscribe<RemovedTransaction>
  get(hash: Hash32): PooledTransaction | undefined
  /** The nonce of the next transaction that this account should sign: after those that are pending. */
  nextNonce(address: Address): bigint
  /** The transactions of each account, in no particular order of accounts. */
  accounts(): Iterable<AccountContent>
  /** For a block after the head. */
  priceOrder(): Promise<PriceOrder>
}

/** The transactions that wait for a block: checked against the head's state, bounded, the best payers kept. */
export interface Mempool extends Startable, MempoolView {
  /** Rejects with the reason if the transaction is refused. */
  add(transaction: Transaction, signal?: AbortSignal): Promise<PooledTransaction>
  /** In the order of the transactions. */
  addMany(transactions: readonly Transaction[], signal?: AbortSignal): Promise<readonly AddOutcome[]>
  /** Decodes and adds what a stranger brought. Known ones are not even decoded. */
  addEncoded(encodings: readonly Uint8Array[], signal?: AbortSignal): Promise<OfferReport>
  /**
   * The chain has a new head: drops what was mined or can't be mined any more, and takes back what a reorganisation
   * left out.
   */
  setHead(head: MempoolHead, change: MempoolHeadChange): void
  /** Drops what is too old. */
  expire(): void
  /** Writes the pool for the next start. `stop` does so too. */
  save(): Promise<void>
}

export interface MempoolOptions extends Partial<MempoolLimits> {
  readonly head: MempoolHead
}

/** What a pool needs, and nothing more. */
export interface MempoolDependencies {
  readonly codec: TransactionCodec
  readonly recovery: SenderRecovery
  readonly decoder: TransactionDecoder
  readonly store: MempoolStore
  readonly clock: Pick<Clock, 'nowMs'>
  readonly logger: Logger
}

/** An empty pool on top of `options.head`; `start` loads what the last one saved. */
export function createMempool(options: MempoolOptions, dependencies: MempoolDependencies): Mempool {
  return new HeadMempool(options, dependencies)
}

class HeadMempool implements Mempool {
  readonly #limits: MempoolLimits
  readonly #dependencies: MempoolDependencies
  readonly #added: Emitter<PooledTransaction>
  readonly #removed: Emitter<RemovedTransaction>
  readonly #content: PoolContent
  #head: MempoolHead
  #arrivals = 0
  #inFlight = 0
  #state: 'new' | 'running' | 'stopped' = 'new'

  constructor({ head, ...limits }: MempoolOptions, dependencies: MempoolDependencies) {
    this.#limits = { ...MEMPOOL_DEFAULTS, ...limits }
    this.#dependencies = dependencies
    this.#added = new Emitter('transaction added', dependencies.logger)
    this.#removed = new Emitter('transaction removed', dependencies.logger)
    this.#content = new PoolContent(this.#limits)
    this.#head = head
  }

  get size(): PoolSize {
    return this.#content.size
  }

  get onAdded(): Subscribe<PooledTransaction> {
    return this.#added.subscribe
  }

  get onRemoved(): Subscribe<RemovedTransaction> {
    return this.#removed.subscribe
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') return
    this.#state = 'running'
    const saved = this.#decodeAll(await this.#dependencies.store.load())
    const senders = await recoverEach(
      this.#dependencies.recovery,
      saved.map(({ transaction }) => transaction),
    )
    let kept = 0
    for (const [index, { transaction, addedAtMs }] of saved.entries()) {
      const sender = senders[index]
      if (sender === undefined || sender instanceof RuleError) continue
      const authorities = await this.#authoritiesOf(transaction)
      if (this.#offer({ transaction, sender, authorities }, addedAtMs).kind === 'added') kept++
    }
    this.expire()
    if (saved.length > 0) this.#dependencies.logger.info('Loaded the saved mempool', { saved: saved.length, kept })
  }

  async stop(): Promise<void> {
    if (this.#state !== 'running') return
    this.#state = 'stopped'
    await this.save()
  }

  async save(): Promise<void> {
    await this.#dependencies.store.save(this.#content.inOrderOfArrival().map(encodeSaved))
  }

  async add(transaction: Transaction, signal?: AbortSignal): Promise<PooledTransaction> {
    const [outcome] = await this.addMany([transaction], signal)
    if (outcome?.kind === 'added') return outcome.entry
    throw outcome?.error ?? refusal('MEMPOOL_BUSY')
  }

  async addMany(transactions: readonly Transaction[], signal?: AbortSignal): Promise<readonly AddOutcome[]> {
    return this.#addAll(transactions, { signal, meter: new CostMeter() })
  }

  async addEncoded(encodings: readonly Uint8Array[], signal?: AbortSignal): Promise<OfferReport> {
    const [knowing, adding] = [new CostMeter(), new CostMeter()]
    const isKnown = await mapInTurns(encodings, (bytes) => knowing.run(() => this.get(hash32(bytes)) !== undefined))
    const unknown = encodings.filter((_, index) => isKnown[index] !== true)
    const decoded = await this.#dependencies.decoder.decode(unknown, { meter: adding, signal })
    const transactions = decoded.filter((found): found is Transaction => !(found instanceof RuleError))
    const added = (await this.#addAll(transactions, { signal, meter: adding })).values()
    const judged = decoded.map((found): AddOutcome => {
      if (found instanceof RuleError) return { kind: 'refused', error: found }
      return added.next().value ?? { kind: 'refused', error: refusal('MEMPOOL_BUSY') }
    })
    const refused = judged.filter(({ kind }) => kind === 'refused').length
    const next = judged.values()
    return {
      outcomes: isKnown.map((known): AddOutcome => {
        const outcome = known ? undefined : next.next().value
        return outcome ?? { kind: 'refused', error: refusal('MEMPOOL_ALREADY_KNOWN') }
      }),
      vainMs: knowing.ms + (refused === 0 ? 0 : (adding.ms * refused) / judged.length),
    }
  }

  async #addAll(transactions: readonly Transaction[], { signal, meter }: Adding): Promise<readonly AddOutcome[]> {
    const refusals = await mapInTurns(transactions, (transaction) =>
      meter.run(() => this.#refusalBeforeRecovery(transaction)),
    )
    const room = this.#limits.maxInFlight - this.#inFlight
    const candidates = transactions.filter((_, index) => refusals[index] === undefined).slice(0, Math.max(0, room))
    this.#inFlight += candidates.length
    try {
      const senders = await recoverEach(this.#dependencies.recovery, candidates, { signal, meter })
      const senderOf = new Map(candidates.map((transaction, index) => [transaction, senders[index]]))
      const authorities = new Map<Transaction, readonly Address[]>()
      for (const transaction of candidates) {
        if (!(senderOf.get(transaction) instanceof Uint8Array)) continue
        authorities.set(transaction, await this.#authoritiesOf(transaction, meter))
      }
      return await mapInTurns(transactions, (transaction, index): AddOutcome => {
        const refused = refusals[index]
        if (refused !== undefined) return { kind: 'refused', error: refused }
        const sender = senderOf.get(transaction) ?? refusal('MEMPOOL_BUSY')
        if (sender instanceof Error) return { kind: 'refused', error: sender }
        const signed = { transaction, sender, authorities: authorities.get(transaction) ?? [] }
        return meter.run(() => this.#offer(signed, this.#dependencies.clock.nowMs()))
      })
    } finally {
      this.#inFlight -= candidates.length
    }
  }

  get(hash: Hash32): PooledTransaction | undefined {
    return this.#content.get(hash)
  }

  nextNonce(address: Address): bigint {
    const queue = this.#content.queueOf(address)
    if (queue === undefined) return this.#head.state.account(address)?.nonce ?? 0n
    return queue.nonce + BigInt(queue.pending.length)
  }

  accounts(): Iterable<AccountContent> {
    return this.#content.queues()
  }

  priceOrder(): Promise<PriceOrder> {
    return createPriceOrder(this.#content.queues(), this.#head.baseFeePerGas)
  }

  setHead(head: MempoolHead, { included, returned }: MempoolHeadChange): void {
    const hasNewRules = head.rules !== this.#head.rules
    this.#head = head
    const mined = new Set(included.map(bytesToHex))
    const breaksNewRules = (transaction: Transaction): boolean => this.#refusalOfForm(transaction) !== undefined
    this.#tell(this.#content.moveTo(head, { mined, breaksNewRules: hasNewRules ? breaksNewRules : undefined }))
    for (const signed of returned) {
      const outcome = this.#offer(signed, this.#dependencies.clock.nowMs())
      if (outcome.kind === 'added') continue
      const { code } = outcome.error
      this.#dependencies.logger.debug('A transaction of a block that left the chain is gone', { code })
    }
    this.expire()
  }

  expire(): void {
    const oldest = this.#dependencies.clock.nowMs() - this.#limits.lifetimeMs
    this.#tell(this.#content.removeAddedBefore(oldest))
  }

  #decodeAll(records: readonly Uint8Array[]): readonly SavedTransaction[] {
    const saved: SavedTransaction[] = []
    for (const record of records) {
      try {
        saved.push(decodeSaved(record, this.#dependencies.codec))
      } catch (error) {
        if (!(error instanceof RuleError)) throw error
        this.#dependencies.logger.warn('A saved transaction is not readable', { code: error.code })
      }
    }
    return saved
  }

  async #authoritiesOf(transaction: Transaction, meter?: CostMeter): Promise<readonly Address[]> {
    if (transaction.authorizationList.length === 0) return []
    return authoritiesOf(transaction, { chainId: this.#dependencies.codec.chainId, ...defined({ meter }) })
  }

  #refusalBeforeRecovery(transaction: Transaction): MempoolError | undefined {
    if (this.#content.get(transaction.hash) !== undefined) return refusal('MEMPOOL_ALREADY_KNOWN')
    return this.#refusalOfForm(transaction)
  }

  #refusalOfForm(transaction: Transaction): MempoolError | undefined {
    return refusalOf(() => validateForm(transaction, { limits: this.#limits, head: this.#head }))
  }

  /** Everything from here on is synchronous: the state can't change between a check and what follows from it. */
  #offer({ transaction, sender, authorities }: SignedTransaction, addedAtMs: number): AddOutcome {
    const refused = this.#refusalBeforeRecovery(transaction)
    if (refused !== undefined) return { kind: 'refused', error: refused }
    const entry: PooledTransaction = { transaction, sender, authorities, addedAtMs, arrival: this.#arrivals }
    const account = this.#head.state.account(sender)
    let removals: readonly RemovedTransaction[] = []
    const error = refusalOf(() => {
      const queue = this.#content.queueOrNew(sender, account?.nonce ?? 0n)
      const code = codeAt(this.#head, account)
      validateSender(transaction, { account, code, rules: this.#head.rules, queue })
      const isSenderDelegated = delegateOf(code) !== undefined || this.#content.isAuthority(sender)
      validateDelegation(entry, {
        ...{ queue, isSenderDelegated },
        countOf: (address) => this.#content.countOf(address),
      })
      removals = this.#content.put(queue, entry, this.#head.baseFeePerGas)
    })
    if (error !== undefined) return { kind: 'refused', error }
    this.#arrivals++
    this.#tell(removals)
    this.#added.emit(entry)
    return { kind: 'added', entry }
  }

  #tell(removals: readonly RemovedTransaction[]): void {
    for (const removal of removals) this.#removed.emit(removal)
  }
}

/** How transactions are added. */
interface Adding {
  readonly signal: AbortSignal | undefined
  readonly meter: CostMeter
}

/** Maps in order, and gives others their turn meanwhile. */
async function mapInTurns<From, To>(
  all: readonly From[],
  map: (item: From, index: number) => To,
): Promise<readonly To[]> {
  const pace = createPace()
  const mapped: To[] = []
  for (const [index, item] of all.entries()) {
    if (pace.isDue()) await pace.rest()
    mapped.push(map(item, index))
  }
  return mapped
}

function refusalOf(check: () => void): MempoolError | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (error instanceof MempoolError) return error
    throw error
  }
}
