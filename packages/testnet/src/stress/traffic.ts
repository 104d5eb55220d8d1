import { setTimeout as delay } from 'node:timers/promises'
import { ask, RpcClientError } from '@poai/api/connect'
import type { Hex } from '@poai/core'
import { Transaction, Wallet } from 'ethers'
import type { Testnet } from '../nodes/testnet.ts'
import type { DevelopmentAccount } from '../plan/testnet-definition.ts'
import type { SeededRandom } from './seeded-random.ts'

/** How many transactions were sent and refused. */
export interface TrafficFigures {
  readonly sent: number
  readonly refused: number
}

export interface TrafficOptions {
  readonly perSecond: number
  readonly chainId: bigint
  readonly accounts: readonly DevelopmentAccount[]
  readonly random: SeededRandom
}

interface Sender {
  readonly wallet: Wallet
  readonly address: Hex
  nextNonce: number
  /** How many of its transactions the chain has, and since when. */
  confirmed: number
  confirmedAtMs: number
}

/** Transactions are sent in bursts this far apart: timers are not even below that. */
const TICK_MS = 100
/** A sender whose transactions reach no block for this long starts again at the nonce that the chain expects. */
const STUCK_MS = 60_000
/** How often the nonces of the senders are read from the chain. */
const LOOK_MS = 5_000
/** How many transactions of one sender may wait: fewer than pools hold for one account. */
const MAX_WAITING = 48

/** How many nodes a transaction is offered to, one after another. */
const MAX_TRIES = 3

const GWEI = 1_000_000_000n
const GAS_LIMIT = 21_000n
/** Enough even after many full blocks. */
const MAX_FEE_PER_GAS = 100n * GWEI
/** How many recipients there are: many, so that the state grows as with real users. */
const RECIPIENTS = 1_000_000

/** Sends signed transfers from the development accounts to many others, through all nodes, until told to stop. */
export class Traffic {
  readonly #options: TrafficOptions
  readonly #testnet: Testnet
  readonly #senders: readonly Sender[]
  #sent = 0
  #refused = 0
  #turn = 0

  constructor(options: TrafficOptions, testnet: Testnet) {
    this.#options = options
    this.#testnet = testnet
    this.#senders = options.accounts.map(({ address, key }) => ({
      wallet: new Wallet(key),
      address,
      nextNonce: 0,
      confirmed: -1,
      confirmedAtMs: performance.now(),
    }))
  }

  get figures(): TrafficFigures {
    return { sent: this.#sent, refused: this.#refused }
  }

  /** Resolves when `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    let due = 0
    let lookedAtMs = Number.NEGATIVE_INFINITY
    let lastMs = performance.now()
    while (!signal.aborted) {
      const nowMs = performance.now()
      if (nowMs - lookedAtMs > LOOK_MS) {
        await this.#look(signal)
        lookedAtMs = nowMs
      }
      // At most one second's worth of transactions lost to a busy machine is made up for.
      due = Math.min(due + (this.#options.perSecond * (nowMs - lastMs)) / 1000, this.#options.perSecond)
      lastMs = nowMs
      const count = Math.floor(due)
      due -= count
      await Promise.all(Array.from({ length: count }, () => this.#send(signal)))
      await delay(TICK_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const node = this.#pickNode()
    if (node === undefined) return
    await Promise.all(
      this.#senders.map(async (sender) => {
        const count = await ask(node.process, 'eth_getTransactionCount', [sender.address, 'latest'], { signal }).then(
          Number,
          () => undefined,
        )
        if (count === undefined) return
        const nowMs = performance.now()
        if (count !== sender.confirmed || sender.nextNonce === count) sender.confirmedAtMs = nowMs
        sender.confirmed = count
        const isStuck = nowMs - sender.confirmedAtMs > STUCK_MS
        if (count > sender.nextNonce || isStuck) {
          sender.nextNonce = count
          sender.confirmedAtMs = nowMs
        }
      }),
    )
  }

  async #send(signal: AbortSignal): Promise<void> {
    const sender = this.#senders[this.#turn++ % this.#senders.length]
    if (sender === undefined || sender.confirmed < 0) return
    if (sender.nextNonce - sender.confirmed >= MAX_WAITING) return
    const raw = this.#sign(sender, sender.nextNonce++)
    for (let attempt = 0; attempt < MAX_TRIES && !signal.aborted; attempt++) {
      try {
        const node = this.#pickNode()
        if (node === undefined) return
        await ask(node.process, 'eth_sendRawTransaction', [raw], { signal })
        this.#sent++
        return
      } catch (error) {
        // A killed node does not answer: another node is tried.
        if (!(error instanceof RpcClientError) || error.code !== 'RPC_REFUSED') continue
        this.#refused++
        return
      }
    }
  }

  #sign({ wallet }: Sender, nonce: number): Hex {
    const { chainId, random } = this.#options
    const transaction = Transaction.from({
      type: 2,
      ...{ chainId, nonce, gasLimit: GAS_LIMIT },
      to: `0x${(random.below(RECIPIENTS) + 1).toString(16).padStart(40, '0')}`,
      value: 1n,
      maxFeePerGas: MAX_FEE_PER_GAS,
      maxPriorityFeePerGas: GWEI,
    })
    transaction.signature = wallet.signingKey.sign(transaction.unsignedHash)
    return transaction.serialized as Hex
  }

  #pickNode(): Testnet['nodes'][number] | undefined {
    const ready = this.#testnet.nodes.filter(({ isReady }) => isReady)
    return ready.length === 0 ? undefined : this.#options.random.pick(ready)
  }
}
