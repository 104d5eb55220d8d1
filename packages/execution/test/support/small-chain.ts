import {
  type Address,
  defined,
  type GenesisAccount,
  type Hardfork,
  type Hash32,
  hash32,
  type InferenceAnswer,
  type InferenceParams,
  type Transaction,
  toAddress,
  utf8ToBytes,
} from '@poai/core'
import { calllessDevnet } from '@poai/testing/chain'
import {
  type AnswerSource,
  type BlockBuilder,
  type BlockEnvironment,
  type BlockOutcome,
  createExecution,
  type Execution,
  genesisState,
  prevRandaoOf,
  recoverSender,
} from '../../src/index.ts'
import { MemoryState } from './memory-state.ts'
import { CHAIN_ID } from './sign-transaction.ts'

const GWEI = 10n ** 9n

/** Gets what blocks pay, and has nothing in the beginning. */
export const BENEFICIARY: Address = toAddress(new Uint8Array(20).fill(0xbe))
export const BASE_FEE: bigint = GWEI

/** A made-up hash of the block with that number. */
export function blockHash(number: bigint): Hash32 {
  return hash32(utf8ToBytes(`block ${number}`))
}

/** An account with a balance, and whatever else is said. */
export function genesisAccount(address: Address, rest: Partial<GenesisAccount> = {}): GenesisAccount {
  return { address, balance: 10n ** 21n, nonce: 0n, code: new Uint8Array(0), storage: [], ...rest }
}

/** What is not said of a block. */
export interface BlockOptions {
  readonly gasLimit?: bigint
  readonly reward?: bigint
  readonly signal?: AbortSignal
  /** Of its body; none, where its rules name models and nothing is said. */
  readonly answers?: readonly InferenceAnswer[]
}

/** What is not said of a chain. */
export interface ChainOptions {
  readonly bodyBytes?: number
  readonly hardfork?: Hardfork
  /** The models that contracts may call. */
  readonly inference?: InferenceParams
}

/** A chain of blocks over a state in memory. */
export class SmallChain {
  readonly execution: Execution
  readonly state: MemoryState = new MemoryState()
  private readonly noAnswers: readonly InferenceAnswer[] | undefined
  private height = 0n

  constructor(
    accounts: readonly GenesisAccount[],
    { bodyBytes = 100_000, hardfork = 'cancun', inference }: ChainOptions = {},
  ) {
    const limits = { extraDataBytes: 32, bodyBytes }
    this.execution = createExecution({
      ...calllessDevnet,
      chainId: CHAIN_ID,
      hardfork,
      limits,
      ...defined({ inference }),
    })
    this.noAnswers = inference && []
    this.state.apply(genesisState(accounts))
  }

  environment(gasLimit = 30_000_000n): BlockEnvironment {
    const number = this.height + 1n
    return {
      number,
      timestamp: 1_700_000_000n + number,
      beneficiary: BENEFICIARY,
      gasLimit,
      baseFeePerGas: BASE_FEE,
      prevRandao: prevRandaoOf(blockHash(number - 1n)),
    }
  }

  /** The block's outcome, which the state does not follow. */
  async execute(transactions: readonly Transaction[], options: BlockOptions = {}): Promise<BlockOutcome> {
    const { gasLimit, reward = 0n, signal, answers = this.noAnswers } = options
    return this.execution.executeBlock({
      environment: this.environment(gasLimit),
      blockHash,
      state: this.state,
      nodes: this.state,
      stateRoot: this.state.stateRoot,
      reward,
      transactions,
      senders: transactions.map(recoverSender),
      ...defined({ signal, answers }),
    })
  }

  /** The block's outcome, after which the state is the block's. */
  async append(transactions: readonly Transaction[], options: BlockOptions = {}): Promise<BlockOutcome> {
    const outcome = await this.execute(transactions, options)
    this.state.apply(outcome)
    this.height += 1n
    return outcome
  }

  build({ gasLimit, reward = 0n }: BlockOptions = {}, answers?: AnswerSource): Promise<BlockBuilder> {
    const environment = this.environment(gasLimit)
    const { state } = this
    return this.execution.buildBlock({
      environment,
      blockHash,
      state,
      nodes: state,
      stateRoot: state.stateRoot,
      reward,
      answers,
    })
  }
}
