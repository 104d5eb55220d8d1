import {
  type ChainContext,
  createAttempts,
  type ExamEvaluator,
  examBuilderOf,
  examToRequest,
  extendContext,
  gasLimitBefore,
  genesisContext,
  nextBaseFee,
  nextEpochKey,
  nextTarget,
  subsidy,
} from '@poai/consensus'
import {
  answersRoot,
  type Block,
  type Body,
  defined,
  genesisHeader,
  type Hash32,
  type Header,
  type NetworkParams,
  type Receipt,
  rulesAt,
  type SealedHeader,
  type Transaction,
  transactionsRoot,
  ZERO_ADDRESS,
} from '@poai/core'
import {
  type AnswerSource,
  type BlockOutcome,
  type BuiltBlock,
  createExecution,
  genesisState,
  prevRandaoOf,
  recoverSender,
} from '@poai/execution'
import { MemoryState } from './memory-state.ts'
import { testNetwork } from './test-network.ts'

/** A block of a generated tree, with all that a test may want to compare. */
export interface GeneratedBlock {
  readonly hash: Hash32
  readonly block: Block
  readonly context: ChainContext
  readonly receipts: readonly Receipt[]
  /** After the block. */
  readonly state: MemoryState
  /** Undefined for the genesis block. */
  readonly parent: GeneratedBlock | undefined
}

/** How a block differs from an empty one on schedule. */
export interface BlockPlan {
  readonly transactions?: readonly Transaction[]
  /** Changed before the work is done: what a miner chose, or a lie that its work covers. */
  readonly header?: Partial<SealedHeader>
}

export interface ChainGeneratorOptions {
  readonly params?: NetworkParams
  /** Does the work of all blocks. */
  readonly evaluator: ExamEvaluator
  /** Answers what contracts ask of models, where the rules name any. */
  readonly answers?: AnswerSource
}

/**
 * Grows trees of blocks with real work, real state roots and real receipts, without any of the code that imports
 * blocks.
 */
export class ChainGenerator {
  readonly params: NetworkParams
  readonly genesis: GeneratedBlock
  readonly #evaluator: ExamEvaluator
  readonly #answers: AnswerSource | undefined
  readonly #execution: ReturnType<typeof createExecution>

  constructor({ params = testNetwork, evaluator, answers }: ChainGeneratorOptions) {
    this.params = params
    this.#evaluator = evaluator
    this.#answers = answers
    this.#execution = createExecution(params)
    this.genesis = {
      hash: genesisContext(params).hash,
      block: { header: genesisHeader(params), body: { transactions: [] } },
      context: genesisContext(params),
      receipts: [],
      state: new MemoryState(genesisState(params.genesis.accounts)),
      parent: undefined,
    }
  }

  /** A valid child, unless the plan's header lies. */
  async child(parent: GeneratedBlock, plan: BlockPlan = {}): Promise<GeneratedBlock> {
    const { transactions = [], header: changes = {} } = plan
    const planned = { ...this.emptyHeader(parent), ...changes }
    const { outcome, answers } = await this.#execute(parent, planned, transactions)
    const body = { transactions, ...defined({ answers }) }
    const sealed = { ...planned, ...rootsOf(outcome, body), ...changes }
    const header = await this.seal(sealed, parent.context)
    const block: Block = { header, body }
    const context = extendContext(this.params, parent.context, header)
    const state = new MemoryState(outcome, parent.state)
    return { hash: context.hash, block, context, receipts: outcome.receipts, state, parent }
  }

  /** So many children, one after the other; the first is the first one after `parent`. */
  async grow(
    parent: GeneratedBlock,
    length: number,
    planOf: (index: number, parent: GeneratedBlock) => BlockPlan = () => ({}),
  ): Promise<readonly GeneratedBlock[]> {
    const blocks: GeneratedBlock[] = []
    let tip = parent
    for (let index = 0; index < length; index++) {
      tip = await this.child(tip, planOf(index, tip))
      blocks.push(tip)
    }
    return blocks
  }

  /** A header on schedule that keeps every header rule; its roots are those of an empty block that changes nothing. */
  emptyHeader(parent: GeneratedBlock): SealedHeader {
    const { context, block } = parent
    const rules = rulesAt(this.params, context.number + 1n)
    return {
      ...genesisHeader(this.params),
      parentHash: context.hash,
      beneficiary: ZERO_ADDRESS,
      stateRoot: block.header.stateRoot,
      target: nextTarget(this.params, context),
      number: context.number + 1n,
      gasLimit: gasLimitBefore(rules.gas, context.gasLimit),
      timestamp: context.timestamp + BigInt(rules.difficulty.spacingSeconds),
      extraData: new Uint8Array(0),
      baseFeePerGas: nextBaseFee(this.params, context),
    }
  }

  /** Works until the header has a seal that meets its target. */
  async seal(header: SealedHeader, parent: ChainContext): Promise<Header> {
    const epochKey = nextEpochKey(this.params, parent)
    const buildExam = examBuilderOf(rulesAt(this.params, parent.number + 1n))
    const attempts = createAttempts({ header, epochKey, buildExam })
    for (;;) {
      for (const attempt of attempts.take(4)) {
        const [evaluation] = await this.#evaluator.evaluate([examToRequest(attempt.exam)])
        if (evaluation === undefined) throw new RangeError('an evaluator answers every request')
        const finished = attempts.finish(attempt, evaluation)
        if (finished.kind === 'solved') return { ...header, ...finished.seal }
      }
    }
  }

  async #execute(
    parent: GeneratedBlock,
    header: SealedHeader,
    transactions: readonly Transaction[],
  ): Promise<Pick<BuiltBlock, 'outcome' | 'answers'>> {
    const input = {
      ...{ state: parent.state, nodes: parent.state, stateRoot: parent.state.stateRoot },
      environment: { ...header, prevRandao: prevRandaoOf(header.parentHash) },
      blockHash: (number: bigint) => ancestorHash(parent, number),
      reward: subsidy(this.params, header.number),
    }
    if (rulesAt(this.params, header.number).inference === undefined) {
      const senders = transactions.map(recoverSender)
      return { outcome: await this.#execution.executeBlock({ ...input, transactions, senders }), answers: undefined }
    }
    const builder = await this.#execution.buildBlock({ ...input, answers: this.#answers })
    for (const transaction of transactions) {
      const added = await builder.add({ transaction, sender: recoverSender(transaction) })
      if (!added.included) throw added.reason instanceof Error ? added.reason : new RangeError(added.reason)
    }
    return builder.finish()
  }
}

type Roots = Pick<
  SealedHeader,
  'stateRoot' | 'transactionsRoot' | 'receiptsRoot' | 'logsBloom' | 'gasUsed' | 'answersRoot'
>

function rootsOf(
  { stateRoot, receiptsRoot, logsBloom, gasUsed }: BlockOutcome,
  { transactions, answers }: Body,
): Roots {
  return {
    ...{ stateRoot, transactionsRoot: transactionsRoot(transactions), receiptsRoot, logsBloom, gasUsed },
    ...defined({ answersRoot: answers && answersRoot(answers) }),
  }
}

function ancestorHash(from: GeneratedBlock, number: bigint): Hash32 | undefined {
  let at: GeneratedBlock | undefined = from
  while (at !== undefined && at.context.number > number) at = at.parent
  return at?.hash
}
