import { subsidy, validateExecution } from '@poai/consensus'
import {
  type Address,
  type Body,
  bytesToHex,
  equalBytes,
  type Hash32,
  type Header,
  headerHash,
  invariant,
  isBodyOf,
  type Logger,
  type NetworkParams,
  RuleError,
  type Transaction,
} from '@poai/core'
import { type BlockOutcome, type Execution, ExecutionError, prevRandaoOf, type SenderRecovery } from '@poai/execution'
import type { ChainUpdate } from '../database/chain-database.ts'
import { createPace } from '../pace/pace.ts'
import type { ImportStages } from './import-stages.ts'
import { damagedState, type ParentState, provenHashes, provenState } from './proven-state.ts'

/** What execution needs. */
export interface ExecuteDependencies {
  readonly params: NetworkParams
  readonly execution: Pick<Execution, 'executeBlock'>
  readonly recovery: SenderRecovery
  readonly stages: Pick<ImportStages, 'runExecution'>
  readonly logger: Pick<Logger, 'warn'>
}

/** The child of the staged head, by its hash. */
export interface NextBlock {
  readonly update: ChainUpdate
  readonly hash: Hash32
  readonly signal: AbortSignal
}

interface Attempt extends ParentState {
  readonly hash: Hash32
  readonly header: Header
  readonly body: Body
  readonly senders: readonly Address[]
  readonly blockHash: (number: bigint) => Hash32 | undefined
  readonly signal: AbortSignal
}

/**
 * Executes the child of the staged head and compares what it comes to with what its header says. Before a block is
 * called invalid, it is executed once more on a state whose every value is proven: if this node's disk is at fault,
 * that is a `StorageError`, and nothing is held against the block. Whoever makes the node look twice has paid for it
 * with the work of a block.
 */
export async function executeNext(dependencies: ExecuteDependencies, next: NextBlock): Promise<BlockOutcome> {
  const { update, hash, signal } = next
  const [header, body] = [update.header(hash), await update.body(hash)]
  invariant(header !== undefined && body !== undefined, 'a block to execute was stored')
  const senders = await sendersOf(dependencies.recovery, body.transactions, signal)
  const parent = parentStateOf(update)
  const blockHash = (number: bigint): Hash32 | undefined => update.canonicalHash(number)
  const attempt: Attempt = { ...parent, hash, header, body, senders, blockHash, signal }
  try {
    return await execute(dependencies, attempt)
  } catch (error) {
    if (!(error instanceof RuleError)) throw error
    dependencies.logger.warn('A block comes to something else than it says: executing it once more', {
      ...{ number: header.number, hash: bytesToHex(hash), code: error.code },
    })
  }
  requireUndamaged(update, { hash, header, body })
  const proven = { state: provenState(parent), blockHash: provenHashes(update, update.head()) }
  const outcome = await execute(dependencies, { ...attempt, ...proven })
  dependencies.logger.warn('Two executions of one block disagree: this machine is unstable', { hash: bytesToHex(hash) })
  return outcome
}

async function execute(
  { params, execution, stages }: ExecuteDependencies,
  { hash, header, body, ...input }: Attempt,
): Promise<BlockOutcome> {
  try {
    const outcome = await stages.runExecution({ number: header.number, hash }, () =>
      execution.executeBlock({
        ...input,
        environment: { ...header, prevRandao: prevRandaoOf(header.parentHash) },
        reward: subsidy(params, header.number),
        transactions: body.transactions,
        answers: body.answers,
        pause: createPace({ isUrgent: true }).pause,
      }),
    )
    validateExecution({ header, outcome })
    return outcome
  } catch (cause) {
    if (cause instanceof ExecutionError) throw damagedState(cause.message, { cause })
    throw cause
  }
}

/**
 * A block of a branch was read from this disk, and so was the header of its parent, whose state root all is proven by.
 */
function requireUndamaged(
  update: ChainUpdate,
  { hash, header, body }: { readonly hash: Hash32; readonly header: Header; readonly body: Body },
): void {
  const head = update.head()
  const parent = update.header(head.hash)
  if (!equalBytes(headerHash(header), hash) || !isBodyOf(header, body))
    throw damagedState('a stored block is not what its hash says', { actual: `block ${header.number}` })
  if (parent === undefined || !equalBytes(headerHash(parent), head.hash))
    throw damagedState('a header is not what its hash says', { actual: `block ${head.number}` })
}

/** The state that the next block is executed on. */
export function parentStateOf(reader: Pick<ChainUpdate, 'state' | 'nodes' | 'head' | 'header'>): ParentState {
  const head = reader.head()
  const header = reader.header(head.hash)
  invariant(header !== undefined, `the header of the head ${bytesToHex(head.hash)} is stored`)
  return { state: reader.state, nodes: reader.nodes, stateRoot: header.stateRoot }
}

async function sendersOf(
  recovery: SenderRecovery,
  transactions: readonly Transaction[],
  signal: AbortSignal,
): Promise<readonly Address[]> {
  return transactions.length === 0 ? [] : recovery.recover(transactions, signal)
}
