import { type Call, RpcError, toQuantity } from '@poai/api'
import type { SimulatedBlockJson } from '@poai/api/client'
import {
  type Bloom,
  bloomOfLogs,
  bytesToHex,
  defined,
  type Hash32,
  type Header,
  headerHash,
  type JsonValue,
  type Log,
  mergeBlooms,
  type Receipt,
  receiptsRoot,
  type Transaction,
  transactionsRoot,
  ZERO_ADDRESS,
  ZERO_HASH,
} from '@poai/core'
import {
  type BlockEnvironment,
  ImaginedState,
  type MessageOutcome,
  type SentTransaction,
  type SimulatedBlock,
  type StateReader,
  transactionRulesAt,
} from '@poai/execution'
import type { NamedHeader } from '../chain-view.ts'
import { writeList } from '../dispatch/write-list.ts'
import { formatBlock } from '../format/format-block.ts'
import { formatLog } from '../format/format-receipt.ts'
import { formatTransaction } from '../format/format-transaction.ts'
import { longHex } from '../format/long-hex.ts'
import { unsignedAsSigned } from '../format/unsigned-transaction.ts'
import { type CallArguments, messageOf, typeOf } from '../methods/eth/call-arguments.ts'
import { reasonOfRevert } from '../methods/eth/revert-error.ts'
import { type ExecutingCall, executionPlace } from '../methods/execution-place.ts'
import type { MethodContext } from '../methods/method-context.ts'
import { type BlockCalls, environmentAfter, type PlannedBlock, planBlocks } from './plan-blocks.ts'
import { toSimulationError } from './simulation-error.ts'
import { TransferLogs } from './transfer-logs.ts'

/** The argument of `eth_simulateV1`. */
export interface SimulationArguments {
  readonly blockStateCalls: readonly Partial<BlockCalls>[]
  readonly traceTransfers: boolean
  readonly validation: boolean
  readonly returnFullTransactions: boolean
}

/** Codes of what went wrong inside a call, as execution-apis number them. */
const REVERTED = 3
const VM_ERROR = -32_015

/** Of one thing in the answer, its data apart: about. */
const BLOCK_CHARACTERS = 2_000
const CALL_CHARACTERS = 250
const LOG_CHARACTERS = 420
/** Of a block: their roots are computed without a pause. */
const MAX_BLOCK_LOGS = 10_000
/** Logs between two looks at the clock: about a millisecond. */
const BLOOM_LOGS = 128

/** A transaction that was simulated. */
interface SimulatedCall extends SentTransaction {
  readonly outcome: MessageOutcome
  readonly receipt: Receipt
  /** Those of the receipt, and transfers of coins if they were asked for. */
  readonly logs: readonly Log[]
}

/** Blocks on top of a block that exists, one after the other. */
export class Simulation {
  readonly #context: MethodContext
  readonly #call: ExecutingCall & Pick<Call, 'grow'>
  readonly #options: Partial<SimulationArguments>
  readonly #base: NamedHeader
  readonly #state: ImaginedState
  readonly #hashes = new Map<bigint, Hash32>()
  #parent: NamedHeader
  /** Of all blocks together. */
  #gasLeft: bigint

  constructor(
    context: MethodContext,
    {
      base,
      state,
      options,
      call,
    }: {
      readonly base: NamedHeader
      readonly state: StateReader
      readonly options: Partial<SimulationArguments>
      readonly call: ExecutingCall & Pick<Call, 'grow'>
    },
  ) {
    this.#context = context
    this.#call = call
    this.#options = options
    this.#base = base
    this.#parent = base
    this.#state = new ImaginedState(state)
    this.#gasLeft = context.limits.maxCallGas
  }

  /** The blocks as a JSON list. Throws what the client is told if one of them cannot be. */
  async write(): Promise<string> {
    const { blockStateCalls = [] } = this.#options
    const texts: string[] = []
    for (const planned of planBlocks(this.#context.params, this.#base.header, blockStateCalls)) {
      await this.#rest()
      this.#call.grow(BLOCK_CHARACTERS)
      texts.push(await this.#simulate(planned))
    }
    return `[${texts.join(',')}]`
  }

  async #simulate({ blockOverrides, stateOverrides = [], calls = [] }: PlannedBlock): Promise<string> {
    const { params, execution, view } = this.#context
    const isStrict = this.#options.validation === true
    const environment = environmentAfter(params, this.#parent.header, { blockOverrides, isStrict })
    this.#state.override(stateOverrides)
    const done = await execution.simulateBlock(
      {
        ...{ state: this.#state, environment, ...executionPlace(this.#context, this.#call) },
        blockHash: (number) =>
          number > this.#base.header.number ? this.#hashes.get(number) : view.canonicalHash(number),
      },
      (block) => this.#runAll(block, environment, calls),
    )
    const header = await this.#headerOf(environment, done)
    const hash = headerHash(header)
    this.#hashes.set(header.number, hash)
    this.#parent = { header, hash }
    return this.#write(this.#parent, done)
  }

  async #runAll(
    block: SimulatedBlock,
    environment: BlockEnvironment,
    calls: readonly Partial<CallArguments>[],
  ): Promise<readonly SimulatedCall[]> {
    const done: SimulatedCall[] = []
    let logs = 0
    for (const args of calls) {
      await this.#rest()
      const used = done.at(-1)?.receipt.cumulativeGasUsed ?? 0n
      const simulated = await this.#run(block, args, { used, environment })
      logs += simulated.logs.length
      if (logs > MAX_BLOCK_LOGS)
        throw new RpcError('simulationTooLarge', `too many logs: at most ${MAX_BLOCK_LOGS} in a block`)
      done.push(simulated)
    }
    return done
  }

  async #run(
    block: SimulatedBlock,
    args: Partial<CallArguments>,
    { used, environment }: { readonly used: bigint; readonly environment: BlockEnvironment },
  ): Promise<SimulatedCall> {
    if (this.#gasLeft === 0n) throw new RpcError('simulationTooLarge', 'the calls use too much gas in all')
    const gasLeft = environment.gasLimit - used
    const wanted = args.gas ?? this.#mostGas(environment, gasLeft)
    const sender = args.from ?? ZERO_ADDRESS
    const transaction = this.#transactionOf(args, {
      // Beyond the block's limit it is refused, beyond that of the simulation it is cut, as in geth.
      gasLimit: wanted <= gasLeft && wanted > this.#gasLeft ? this.#gasLeft : wanted,
      nonce: args.nonce ?? block.nonceOf(sender),
    })
    const transfers = this.#options.traceTransfers === true ? new TransferLogs() : undefined
    const isStrict = this.#options.validation === true
    const outcome = await block
      .run({ transaction, sender }, { gasLeft, isStrict, hooks: transfers })
      .catch((error: unknown) => {
        throw toSimulationError(error)
      })
    this.#gasLeft -= outcome.gasUsed
    const logs = transfers?.logs ?? outcome.logs
    this.#count(transaction, outcome, logs)
    const receipt: Receipt = {
      type: transaction.type,
      status: outcome.succeeded ? 1 : 0,
      cumulativeGasUsed: used + outcome.gasUsed,
      logsBloom: await this.#bloomOf(outcome.logs),
      logs: outcome.logs,
    }
    return { transaction, sender, outcome, receipt, logs }
  }

  /** For a call that says nothing: a transaction of a real block may use less than the block has. */
  #mostGas({ number }: BlockEnvironment, gasLeft: bigint): bigint {
    const { maxGas = gasLeft } = transactionRulesAt(this.#context.params, number)
    return this.#options.validation === true && maxGas < gasLeft ? maxGas : gasLeft
  }

  /** Before anything is made of it: an answer that is too long is not worth the work. */
  #count({ data }: Transaction, { returnData }: MessageOutcome, logs: readonly Log[]): void {
    const shownData = this.#options.returnFullTransactions === true ? data.length : 0
    const logBytes = logs.reduce((sum, log) => sum + log.data.length, 0)
    this.#call.grow(2 * (returnData.length + shownData + logBytes) + LOG_CHARACTERS * logs.length + CALL_CHARACTERS)
  }

  /** In pieces: there may be tens of thousands of logs. */
  async #bloomOf(logs: readonly Log[]): Promise<Bloom> {
    const blooms: Bloom[] = []
    for (let from = 0; from < logs.length; from += BLOOM_LOGS) {
      await this.#rest()
      blooms.push(bloomOfLogs(logs.slice(from, from + BLOOM_LOGS)))
    }
    return mergeBlooms(blooms)
  }

  #transactionOf(
    args: Partial<CallArguments>,
    { gasLimit, nonce }: Pick<Transaction, 'gasLimit' | 'nonce'>,
  ): Transaction {
    const { to, value, data, accessList, authorizationList } = messageOf(args, gasLimit)
    const maxFeePerGas = args.gasPrice ?? args.maxFeePerGas ?? 0n
    const maxPriorityFeePerGas = args.gasPrice ?? args.maxPriorityFeePerGas ?? 0n
    const fees = { maxFeePerGas, maxPriorityFeePerGas }
    const said = { to, value, data, accessList, authorizationList }
    return unsignedAsSigned({ type: typeOf(args), nonce, gasLimit, ...fees, ...said }, this.#context.params.chainId)
  }

  async #rest(): Promise<void> {
    const rest = this.#call.pause()
    if (rest !== undefined) await rest
  }

  /** No work is in it, and its state's root is not computed. */
  async #headerOf(environment: BlockEnvironment, done: readonly SimulatedCall[]): Promise<Header> {
    const { number, timestamp, gasLimit, baseFeePerGas, beneficiary, prevRandao } = environment
    const receipts = done.map(({ receipt }) => receipt)
    const rootOfTransactions = transactionsRoot(done.map(({ transaction }) => transaction))
    await this.#rest()
    const rootOfReceipts = receiptsRoot(receipts)
    await this.#rest()
    return {
      ...{ parentHash: this.#parent.hash, number, timestamp, gasLimit, baseFeePerGas, beneficiary },
      stateRoot: ZERO_HASH,
      transactionsRoot: rootOfTransactions,
      receiptsRoot: rootOfReceipts,
      logsBloom: mergeBlooms(receipts.map(({ logsBloom }) => logsBloom)),
      gasUsed: receipts.at(-1)?.cumulativeGasUsed ?? 0n,
      target: this.#parent.header.target,
      extraData: new Uint8Array(0),
      // Shown as `mixHash`, where Ethereum's clients look for it.
      ...{ transcriptRoot: prevRandao, lossMicroNats: 0n, nonce: 0n },
    }
  }

  async #write({ header, hash }: NamedHeader, done: readonly SimulatedCall[]): Promise<string> {
    const { codecs, params } = this.#context
    const transactions = done.map(({ transaction }) => transaction)
    const shown = formatBlock(header, {
      hash,
      sizeBytes: codecs.block.encode({ header, body: { transactions } }).length,
      totalWork: undefined,
      transactions:
        this.#options.returnFullTransactions === true
          ? done.map(({ transaction, sender }, index) =>
              formatTransaction(transaction, {
                ...{ sender, chainId: params.chainId, mined: { header, blockHash: hash, index } },
              }),
            )
          : transactions.map((transaction) => bytesToHex(transaction.hash)),
    })
    // What is written was counted before.
    const pacing = { pause: this.#call.pause, grow: () => undefined }
    let logIndex = 0
    const calls = await writeList(
      done.entries(),
      async ([index, { transaction, outcome, logs }]) => {
        const place = { blockNumber: header.number, blockHash: hash, transactionHash: transaction.hash }
        const writeLog = (log: Log): string =>
          JSON.stringify(formatLog({ log, ...place, transactionIndex: index, logIndex: logIndex++ }))
        return withMember(showOutcome(outcome), 'logs', await writeList(logs, writeLog, pacing))
      },
      pacing,
    )
    return withMember(shown, 'calls', calls)
  }
}

/** An object as text, with one more member that is text already. */
function withMember(object: JsonValue, name: string, text: string): string {
  return `${JSON.stringify(object).slice(0, -1)},"${name}":${text}}`
}

function showOutcome(outcome: MessageOutcome): Omit<SimulatedBlockJson['calls'][number], 'logs'> {
  return {
    status: outcome.succeeded ? '0x1' : '0x0',
    returnData: longHex(outcome.returnData),
    gasUsed: toQuantity(outcome.gasUsed),
    maxUsedGas: toQuantity(outcome.gasUsed + outcome.gasRefunded),
    ...defined({ error: outcome.succeeded ? undefined : errorOf(outcome) }),
  }
}

function errorOf({ failure, returnData }: MessageOutcome): SimulatedBlockJson['calls'][number]['error'] & {} {
  if (failure !== 'revert') return { code: VM_ERROR, message: `vm execution error: ${failure ?? 'unknown'}` }
  const reason = reasonOfRevert(returnData)
  const message = reason === undefined ? 'execution reverted' : `execution reverted: ${reason}`
  return { code: REVERTED, message, data: longHex(returnData) }
}
