import {
  type Address,
  bytesToHex,
  devnet,
  type Hash32,
  type Hex,
  hash32,
  hex,
  type InferenceAnswer,
  type InferenceParams,
  type Receipt,
  type RuleTable,
  toAddress,
  utf8ToBytes,
} from '@poai/core'
import {
  type AnswerSource,
  type BlockEnvironment,
  type CallOutcome,
  createdAddress,
  createExecution,
  type Execution,
  genesisState,
  prevRandaoOf,
} from '@poai/execution'
import { MemoryState } from './memory-state.ts'
import { testNetwork, WALLETS } from './test-network.ts'
import { signTransaction, type Wallet } from './wallets.ts'

/** What a test sends or asks. */
export interface ContractCall {
  readonly from?: Wallet
  readonly to?: Hex
  readonly data?: Hex
  readonly value?: bigint
  readonly gas?: bigint
}

/** What became of a transaction, which was alone in its block. */
export interface SentCall {
  readonly succeeded: boolean
  readonly receipt: Receipt
  readonly gasUsed: bigint
  /** What the block's body carries. */
  readonly answers: readonly InferenceAnswer[]
  /** Of the contract, if it was to make one. */
  readonly created: Hex
}

const BENEFICIARY: Address = toAddress(new Uint8Array(20).fill(0xbe))
const BLOCK_GAS = 30_000_000n
const CALL_GAS = 5_000_000n
const BASE_FEE = 1_000_000_000n

/**
 * A chain for tests of contracts: execution alone, without work and without a database. Each transaction is a block,
 * which is built with what a model says, and then executed again from its body.
 */
export class ContractChain {
  readonly #execution: Execution
  readonly #source: AnswerSource
  readonly #hasModels: boolean
  readonly #nonces = new Map<Wallet, bigint>()
  #state: MemoryState
  #number = 1n
  #timestamp = 1_800_000_000n

  /** Without `inference` the network has no models to call. */
  constructor(source: AnswerSource, inference: InferenceParams | undefined) {
    const rules: RuleTable & Pick<typeof testNetwork, 'chainId' | 'forks'> = {
      ...testNetwork,
      hardfork: 'osaka',
      limits: devnet.limits,
      ...(inference === undefined ? {} : { inference }),
    }
    this.#execution = createExecution(rules)
    this.#source = source
    this.#hasModels = inference !== undefined
    this.#state = new MemoryState(genesisState(testNetwork.genesis.accounts))
  }

  /** The number of the block that comes next. */
  get number(): bigint {
    return this.#number
  }

  /** Lets empty blocks pass, one second each. */
  skip(blocks: number | bigint, seconds: number | bigint = blocks): void {
    this.#number += BigInt(blocks)
    this.#timestamp += BigInt(seconds)
  }

  balance(of: Wallet | Hex): bigint {
    const address = typeof of === 'string' ? hex(of) : of.address
    return this.#state.account(address)?.balance ?? 0n
  }

  /** Makes a block of one transaction. */
  async send({
    from = WALLETS[0] as Wallet,
    to,
    data = '0x',
    value = 0n,
    gas = CALL_GAS,
  }: ContractCall): Promise<SentCall> {
    const nonce = this.#nonces.get(from) ?? 0n
    const target = to === undefined ? undefined : toAddress(hex(to))
    const plan = { nonce, to: target, data: hex(data), value, gasLimit: gas }
    const transaction = signTransaction(testNetwork.chainId, from, plan)
    const place = this.#place()
    const builder = await this.#execution.buildBlock({ ...place, answers: this.#source })
    const added = await builder.add({ transaction, sender: from.address })
    if (!added.included) throw new Error(`the transaction is not in the block: ${added.reason}`)
    const { outcome, answers } = builder.finish()
    const said = this.#hasModels ? { answers: answers ?? [] } : {}
    const again = await this.#execution.executeBlock({
      ...{ ...place, ...said },
      transactions: [transaction],
      senders: [from.address],
    })
    if (bytesToHex(again.stateRoot) !== bytesToHex(outcome.stateRoot)) throw new Error('an import finds another state')
    this.#state = new MemoryState(outcome, this.#state)
    this.#nonces.set(from, nonce + 1n)
    this.skip(1)
    const { receipt } = added
    return {
      succeeded: receipt.status === 1,
      receipt,
      gasUsed: outcome.gasUsed,
      answers: answers ?? [],
      created: bytesToHex(createdAddress(from.address, nonce)),
    }
  }

  /** Asks, as `eth_call` does. */
  async call({
    from = WALLETS[0] as Wallet,
    to,
    data = '0x',
    value = 0n,
    gas = CALL_GAS,
  }: ContractCall): Promise<CallOutcome> {
    const { state, environment, blockHash } = this.#place()
    const message = {
      ...{ from: from.address, to: to === undefined ? undefined : toAddress(hex(to)), value, data: hex(data) },
      ...{ accessList: [], authorizationList: [], gasLimit: gas, gasPrice: 0n },
    }
    return this.#execution.executeCall({ state, environment, blockHash, message, answers: this.#source })
  }

  #place(): {
    readonly state: MemoryState
    readonly nodes: MemoryState
    readonly stateRoot: Hash32
    readonly environment: BlockEnvironment
    readonly blockHash: (number: bigint) => Hash32
    readonly reward: bigint
  } {
    const state = this.#state
    const environment = {
      ...{ number: this.#number, timestamp: this.#timestamp, beneficiary: BENEFICIARY },
      ...{ gasLimit: BLOCK_GAS, baseFeePerGas: BASE_FEE, prevRandao: prevRandaoOf(hashOf(this.#number - 1n)) },
    }
    return { state, nodes: state, stateRoot: state.stateRoot, environment, blockHash: hashOf, reward: 0n }
  }
}

/** A made-up hash of the block with that number. */
function hashOf(number: bigint): Hash32 {
  return hash32(utf8ToBytes(`block ${number}`))
}
