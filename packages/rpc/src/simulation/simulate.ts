import { type Call, RpcError, toQuantity } from '@poai/api'
import type { SimulatedBlockJson } from '@poai/api/client'
import {
  bloomOfLogs,
  bytesToHex,
  defined,
  type Hash32,
  type Header,
  headerHash,
  type Log,
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
} from '@poai/execution'
import type { NamedHeader } from '../chain-view.ts'
import { formatBlock } from '../format/format-block.ts'
import { formatLog } from '../format/format-receipt.ts'
import { formatTransaction } from '../format/format-transaction.ts'
import { longHex } from '../format/long-hex.ts'
import { unsignedAsSigned } from '../format/unsigned-transaction.ts'
import { type CallArguments, messageOf, typeOf } from '../methods/eth/call-arguments.ts'
import { reasonOfRevert } from '../methods/eth/revert-error.ts'
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
  readonly #call: Pick<Call, 'pause' | 'grow'>
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
      readonly call: Pick<Call, 'pause' | 'grow'>
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
      const rest = this.#call.pause()
      if (rest !== undefined) await rest
      const text = JSON.stringify(await this.#simulate(planned))
      this.#call.grow(text.length)
      texts.push(text)
    }
    return `[${texts.join(',')}]`
  }

  async #simulate({ blockOverrides, stateOverrides = [], calls = [] }: PlannedBlock): Promise<SimulatedBlockJson> {
    const { params, execution, view } = this.#context
    const isStrict = this.#options.validation === true
    const environment = environmentAfter(params, this.#parent.header, { blockOverrides, isStrict })
    this.#state.override(stateOverrides)
    const done = await execution.simulateBlock(
      {
        ...{ state: this.#state, environment, pause: this.#call.pause },
        blockHash: (number) =>
          number > this.#base.header.number ? this.#hashes.get(number) : view.canonicalHash(number),
      },
      (block) => this.#runAll(block, environment, calls),
    )
    const header = this.#headerOf(environment, done)
    const hash = headerHash(header)
    this.#hashes.set(header.number, hash)
    this.#parent = { header, hash }
    return this.#show(this.#parent, done)
  }

  async #runAll(
    block: SimulatedBlock,
    environment: BlockEnvironment,
    calls: readonly Partial<CallArguments>[],
  ): Promise<readonly SimulatedCall[]> {
    const done: SimulatedCall[] = []
    for (const args of calls) {
      const rest = this.#call.pause()
      if (rest !== undefined) await rest
      const used = done.at(-1)?.receipt.cumulativeGasUsed ?? 0n
      done.push(await this.#run(block, args, { used, gasLimit: environment.gasLimit }))
    }
    return done
  }

  async #run(
    block: SimulatedBlock,
    args: Partial<CallArguments>,
    { used, gasLimit }: { readonly used: bigint; readonly gasLimit: bigint },
  ): Promise<SimulatedCall> {
    if (this.#gasLeft === 0n) throw new RpcError('simulationTooLarge', 'the calls use too much gas in all')
    const gasLeft = gasLimit - used
    const wanted = args.gas ?? gasLeft
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
    this.#call.grow(2 * outcome.returnData.length)
    const receipt: Receipt = {
      type: transaction.type,
      status: outcome.succeeded ? 1 : 0,
      cumulativeGasUsed: used + outcome.gasUsed,
      logsBloom: bloomOfLogs(outcome.logs),
      logs: outcome.logs,
    }
    return { transaction, sender, outcome, receipt, logs: transfers?.logs ?? outcome.logs }
  }

  #transactionOf(
    args: Partial<CallArguments>,
    { gasLimit, nonce }: Pick<Transaction, 'gasLimit' | 'nonce'>,
  ): Transaction {
    const { to, value, data, accessList } = messageOf(args, gasLimit)
    const maxFeePerGas = args.gasPrice ?? args.maxFeePerGas ?? 0n
    const maxPriorityFeePerGas = args.gasPrice ?? args.maxPriorityFeePerGas ?? 0n
    const fees = { maxFeePerGas, maxPriorityFeePerGas }
    const unsigned = { type: typeOf(args), nonce, gasLimit, ...fees, to, value, data, accessList }
    return unsignedAsSigned(unsigned, this.#context.params.chainId)
  }

  /** No work is in it, and its state's root is not computed. */
  #headerOf(environment: BlockEnvironment, done: readonly SimulatedCall[]): Header {
    const { number, timestamp, gasLimit, baseFeePerGas, beneficiary, prevRandao } = environment
    const receipts = done.map(({ receipt }) => receipt)
    return {
      ...{ parentHash: this.#parent.hash, number, timestamp, gasLimit, baseFeePerGas, beneficiary },
      stateRoot: ZERO_HASH,
      transactionsRoot: transactionsRoot(done.map(({ transaction }) => transaction)),
      receiptsRoot: receiptsRoot(receipts),
      logsBloom: bloomOfLogs(receipts.flatMap(({ logs }) => logs)),
      gasUsed: receipts.at(-1)?.cumulativeGasUsed ?? 0n,
      target: this.#parent.header.target,
      extraData: new Uint8Array(0),
      // Shown as `mixHash`, where Ethereum's clients look for it.
      ...{ transcriptRoot: prevRandao, lossMicroNats: 0n, nonce: 0n },
    }
  }

  #show({ header, hash }: NamedHeader, done: readonly SimulatedCall[]): SimulatedBlockJson {
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
    let logIndex = 0
    const showLog = (log: Log, transactionIndex: number, transactionHash: Hash32): ReturnType<typeof formatLog> =>
      formatLog({
        ...{ log, blockNumber: header.number, blockHash: hash, transactionHash, transactionIndex },
        logIndex: logIndex++,
      })
    const calls = done.map(({ transaction, outcome, logs }, index): SimulatedBlockJson['calls'][number] => ({
      status: outcome.succeeded ? '0x1' : '0x0',
      returnData: longHex(outcome.returnData),
      gasUsed: toQuantity(outcome.gasUsed),
      maxUsedGas: toQuantity(outcome.gasUsed + outcome.gasRefunded),
      logs: logs.map((log) => showLog(log, index, transaction.hash)),
      ...defined({ error: outcome.succeeded ? undefined : errorOf(outcome) }),
    }))
    return { ...shown, calls }
  }
}

function errorOf({ failure, returnData }: MessageOutcome): SimulatedBlockJson['calls'][number]['error'] & {} {
  if (failure !== 'revert') return { code: VM_ERROR, message: `vm execution error: ${failure ?? 'unknown'}` }
  const reason = reasonOfRevert(returnData)
  const message = reason === undefined ? 'execution reverted' : `execution reverted: ${reason}`
  return { code: REVERTED, message, data: longHex(returnData) }
}
