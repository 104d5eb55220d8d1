import { type Address, bytesToHex, type Hardfork, type Hash32, hash32, toAddress, utf8ToBytes } from '@poai/core'
import { calllessDevnet } from '@poai/testing/chain'
import { describeReceipts, EthereumChain, type EthereumOutcome } from '@poai/testing/ethereum'
import {
  type BlockEnvironment,
  type BlockOutcome,
  createExecution,
  genesisState,
  prevRandaoOf,
  recoverSender,
} from '../../src/index.ts'
import { MemoryState } from './memory-state.ts'
import { createRandom, type Random } from './random.ts'
import {
  createHistoryWorld,
  type DrawnTransaction,
  drawTransaction,
  foundingTransactions,
  historyGenesis,
  MAX_BASE_FEE,
} from './random-history.ts'
import { CHAIN_ID } from './sign-transaction.ts'

/** A history that both execute. */
export interface HistoryOptions {
  readonly seed: string
  readonly hardfork: Hardfork
  readonly transactions: number
  readonly maxPerBlock: number
  /** Called after every block. */
  readonly onBlock?: (progress: { readonly block: number; readonly transactions: number }) => void
}

/** What was compared. */
export interface HistoryReport {
  readonly blocks: number
  readonly transactions: number
  readonly reverted: number
  readonly logs: number
  readonly gasUsed: bigint
  /** Transactions of each kind. */
  readonly kinds: ReadonlyMap<string, number>
}

/** The first difference; the message names block and transactions. */
export class HistoryDifference extends Error {}

const GAS_LIMIT = 30_000_000n
const REWARDS: readonly bigint[] = [5n * 10n ** 18n, 10n ** 9n, 0n]

function blockHashOf(seed: string): (number: bigint) => Hash32 {
  return (number) => hash32(utf8ToBytes(`${seed}: block ${number}`))
}

function environmentOf(
  random: Random,
  number: bigint,
  beneficiaries: readonly Address[],
  parent: Hash32,
): BlockEnvironment {
  return {
    number,
    timestamp: 1_700_000_000n + number * 7n,
    beneficiary: random.pick(beneficiaries),
    gasLimit: GAS_LIMIT,
    baseFeePerGas: random.pick([0n, 7n, MAX_BASE_FEE]),
    prevRandao: prevRandaoOf(parent),
  }
}

function lines(outcome: BlockOutcome | EthereumOutcome): readonly string[] {
  return [
    ...describeReceipts(outcome.receipts),
    `gas ${outcome.gasUsed}`,
    `receipts ${bytesToHex(outcome.receiptsRoot)}`,
    `bloom ${bytesToHex(outcome.logsBloom)}`,
    `state ${bytesToHex(outcome.stateRoot)}`,
  ]
}

function compare(ours: BlockOutcome, theirs: EthereumOutcome, where: string, drawn: readonly DrawnTransaction[]): void {
  const expected = lines(theirs)
  for (const [index, line] of lines(ours).entries()) {
    if (line === expected[index]) continue
    const kind = drawn[index]?.kind ?? 'the block'
    throw new HistoryDifference(`${where}, ${kind} (${index}):\nours   ${line}\ntheirs ${expected[index]}`)
  }
}

/**
 * Executes a random history here and with EthereumJS's VM, and compares every receipt, log, gas figure and root of
 * every block. Each block is also undone and done again by its own changes.
 */
export async function runHistory(options: HistoryOptions): Promise<HistoryReport> {
  const { seed, hardfork, transactions, maxPerBlock, onBlock } = options
  const random = createRandom(seed)
  const world = createHistoryWorld()
  const genesis = historyGenesis(world.wallets, hardfork)
  const blockHash = blockHashOf(seed)
  const theirs = await EthereumChain.create(genesis, blockHash, { chainId: CHAIN_ID, hardfork })
  const execution = createExecution({
    ...calllessDevnet,
    chainId: CHAIN_ID,
    hardfork,
    limits: { extraDataBytes: 32, bodyBytes: 1_000_000 },
  })
  const state = new MemoryState()
  state.apply(genesisState(genesis))
  if (bytesToHex(state.stateRoot) !== bytesToHex(await theirs.stateRoot()))
    throw new HistoryDifference(`${seed}: genesis`)
  const beneficiaries = [
    (world.wallets[3] as { address: Address }).address,
    toAddress(new Uint8Array(20).fill(0xbe)),
    world.workshop,
  ]
  const kinds = new Map<string, number>()
  const report = { blocks: 0, transactions: 0, reverted: 0, logs: 0, gasUsed: 0n, kinds }
  while (report.transactions < transactions) {
    const number = BigInt(report.blocks + 1)
    const environment = environmentOf(random, number, beneficiaries, blockHash(number - 1n))
    const reward = random.pick(REWARDS)
    const count = 1 + random.below(maxPerBlock)
    const drawn =
      number === 1n
        ? foundingTransactions(world)
        : Array.from({ length: count }, () => drawTransaction(random, world, hardfork))
    const block = { environment, reward, transactions: drawn.map(({ transaction }) => transaction) }
    const senders = block.transactions.map(recoverSender)
    const outcome = await execution.executeBlock({
      ...block,
      senders,
      blockHash,
      state,
      nodes: state,
      stateRoot: state.stateRoot,
    })
    compare(outcome, await theirs.execute(block), `${seed}, block ${number}`, drawn)
    const before = state.stateRoot
    state.apply(outcome)
    state.undo(outcome, before)
    state.apply(outcome)
    report.blocks += 1
    report.transactions += drawn.length
    report.gasUsed += outcome.gasUsed
    for (const { kind } of drawn) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    for (const { status, logs } of outcome.receipts) {
      report.reverted += 1 - status
      report.logs += logs.length
    }
    onBlock?.({ block: report.blocks, transactions: report.transactions })
  }
  return report
}
