import {
  BLOOM_BYTES,
  type Bloom,
  bloomOfLogs,
  type Hash32,
  mergeBlooms,
  type Receipt,
  receiptsRoot,
  toBloom,
} from '@poai/core'
import type { BlockEnvironment, BlockHashLookup } from '../evm/block-environment.ts'
import { createMachine, type Machine, type MachineTools } from '../evm/create-machine.ts'
import type { MessageOutcome } from '../evm/run-message.ts'
import type { Pause } from '../evm/step-pacer.ts'
import type { AnswerSource } from '../inference/answer-source.ts'
import { commitState } from '../state/commit-state.ts'
import type { StateCommit } from '../state/state-changes.ts'
import type { StateReader } from '../state/state-reader.ts'
import { WorldState } from '../state/world-state.ts'
import { applyTransaction, type SentTransaction } from '../transaction/apply-transaction.ts'
import type { TrieNodeReader } from '../trie/trie-nodes.ts'

/** The state that a block is built on. */
export interface ParentState {
  readonly state: StateReader
  readonly nodes: TrieNodeReader
  readonly stateRoot: Hash32
}

/** What a block runs on and in. */
export interface BlockInput extends ParentState {
  readonly environment: BlockEnvironment
  readonly blockHash: BlockHashLookup
  /** New coins for the beneficiary, in wei, after all transactions. */
  readonly reward: bigint
  /** See `MachinePlace`. */
  readonly pause?: Pause | undefined
}

/** The same, with what answers the calls of models that its contracts make. */
export interface SessionInput extends BlockInput {
  readonly answers: AnswerSource | undefined
}

/** What executing a block came to. */
export interface BlockOutcome extends StateCommit {
  readonly receipts: readonly Receipt[]
  readonly receiptsRoot: Hash32
  readonly logsBloom: Bloom
  readonly gasUsed: bigint
}

/** A block being executed, transaction by transaction. */
export interface BlockSession {
  readonly gasUsed: bigint
  /** Throws a `RuleError` if the transaction cannot be the block's next. Whatever it throws, nothing has changed. */
  apply(sent: SentTransaction): Promise<Receipt>
  /** Pays the reward and computes the roots. The session is over then. */
  finish(): BlockOutcome
}

const NO_LOGS: Bloom = toBloom(new Uint8Array(BLOOM_BYTES))

class MachineSession implements BlockSession {
  private readonly tools: MachineTools
  private readonly input: SessionInput
  private readonly world: WorldState
  private readonly receipts: Receipt[] = []
  private machine: Promise<Machine> | undefined
  gasUsed = 0n

  constructor(tools: MachineTools, input: SessionInput) {
    this.tools = tools
    this.input = input
    this.world = new WorldState(input.state)
    const { environment, blockHash } = input
    tools.rules.beginBlock(this.world, { number: environment.number, blockHash })
  }

  async apply(sent: SentTransaction): Promise<Receipt> {
    const { succeeded, gasUsed, logs } = await this.execute(sent)
    this.gasUsed += gasUsed
    const receipt: Receipt = {
      type: sent.transaction.type,
      status: succeeded ? 1 : 0,
      cumulativeGasUsed: this.gasUsed,
      logsBloom: logs.length === 0 ? NO_LOGS : bloomOfLogs(logs),
      logs,
    }
    this.receipts.push(receipt)
    return receipt
  }

  private async execute(sent: SentTransaction): Promise<MessageOutcome> {
    const { environment, blockHash, pause, answers } = this.input
    const gasLeft = environment.gasLimit - this.gasUsed
    // Only now: a block without transactions needs none, and one costs as much as the rest of such a block.
    this.machine ??= createMachine({ tools: this.tools, world: this.world, environment, blockHash, pause, answers })
    try {
      return await applyTransaction(await this.machine, sent, { gasLeft })
    } catch (error) {
      // Nobody knows where a machine stopped that had begun.
      if (this.world.undoTransaction()) this.machine = undefined
      throw error
    }
  }

  finish(): BlockOutcome {
    const { reward, environment, nodes, stateRoot, state } = this.input
    const { world } = this
    if (reward > 0n) world.addBalance(environment.beneficiary, reward)
    world.endTransaction()
    const commit = commitState({ nodes, stateRoot }, world.changes(), (address) => state.account(address))
    return {
      ...commit,
      receipts: this.receipts,
      receiptsRoot: receiptsRoot(this.receipts),
      logsBloom: mergeBlooms(this.receipts.filter(({ logs }) => logs.length > 0).map(({ logsBloom }) => logsBloom)),
      gasUsed: this.gasUsed,
    }
  }
}

/** Begins a block on its parent's state. */
export async function openBlock(tools: MachineTools, input: SessionInput): Promise<BlockSession> {
  return new MachineSession(tools, input)
}
