import { type ChainContext, isHeavier, workOfTarget } from '@poai/consensus'
import { equalBytes, type Hash32, invariant, RuleError } from '@poai/core'
import { ChainError, FINAL_HINT } from '../chain-error.ts'
import type { ChainDatabase, ChainReader, ChainUpdate, FinalBlock } from '../database/chain-database.ts'
import type { ExecutedBlock, HeadEvent } from '../head-event.ts'
import { type ExecuteDependencies, executeNext } from './execute-block.ts'
import type { Candidate } from './judge-block.ts'
import type { HeadWeight, SideBlock, SideBlocks } from './side-blocks.ts'

/** What the last stage needs. */
export interface AdoptDependencies extends ExecuteDependencies {
  readonly database: ChainDatabase
  /** Blocks below a new head that become final with it; undefined while nothing does. */
  readonly finalityDepth: bigint | undefined
  readonly sides: SideBlocks
  /** False: a power cut may undo the commit, until a later one that is synced. */
  readonly isSynced: boolean
}

/** A candidate, and what it is if it does not become the head. */
export interface WeighedCandidate extends Candidate {
  side(): SideBlock
}

/** What became of a block that is valid as far as it was judged. */
export type Adoption =
  /** Kept beside the canonical chain: not executed, since another chain is at least as heavy. */
  { readonly kind: 'side' } | { readonly kind: 'head'; readonly event: HeadEvent }

/** A block that was executed with its branch is invalid: which one, so that its hash can be remembered. */
export class InvalidBranchError extends Error {
  readonly fault: RuleError
  /** The block at fault, and those of the branch after it. */
  readonly hashes: readonly Hash32[]

  constructor(fault: RuleError, hashes: readonly Hash32[]) {
    super('a block of a branch is invalid', { cause: fault })
    this.name = 'InvalidBranchError'
    this.fault = fault
    this.hashes = hashes
  }
}

/**
 * The last stage, for one block at a time: stores the block and, if its chain is the heaviest, makes it the head, by
 * rolling back and executing as many blocks as it takes. All of that is one commit, so that on disk there is the old
 * chain or the new one. Throws an {@link InvalidBranchError} if execution finds a block invalid; then nothing has
 * changed.
 */
export async function adoptBlock(
  dependencies: AdoptDependencies,
  candidate: WeighedCandidate,
  signal: AbortSignal,
): Promise<Adoption> {
  const { database, isSynced } = dependencies
  const update = database.begin()
  requireParent(update, candidate.block.header.parentHash)
  update.putBlock(candidate.block, candidate.context)
  if (!isHeavier(candidate.context, database.head())) return keepAside(dependencies, update, candidate)
  const branch = branchTo(update, candidate.hash)
  const removed = await rollBackTo(dependencies, update, branch.ancestor)
  const added = await executeBranch(dependencies, { update, blocks: branch.blocks, signal })
  signal.throwIfAborted()
  if (dependencies.finalityDepth !== undefined) markFinal(update, database.final(), dependencies.finalityDepth)
  await update.commit({ sync: isSynced })
  return { kind: 'head', event: { head: candidate.context, removed, added } }
}

/** It was there, beside the chain, when the block was judged, and may have had to make room since. */
function requireParent(update: ChainUpdate, parentHash: Hash32): void {
  if (update.context(parentHash) !== undefined) return
  throw new ChainError('CHAIN_PARENT_UNDECIDED', 'the block before this one is not kept any more')
}

/** The head may have grown since the block was judged: it is weighed again. */
async function keepAside(
  { database, sides, isSynced }: AdoptDependencies,
  update: ChainUpdate,
  candidate: WeighedCandidate,
): Promise<Adoption> {
  const side = candidate.side()
  const dropped = sides.admit(side, headWeight(database))
  for (const block of dropped) update.dropBlock(block)
  await update.commit({ sync: isSynced })
  for (const { hash } of dropped) sides.remove(hash)
  sides.put(side)
  return { kind: 'side' }
}

/** What the head weighs, with all before it and alone. */
export function headWeight(database: Pick<ChainReader, 'head' | 'header'>): HeadWeight {
  const { hash, totalWork } = database.head()
  const header = database.header(hash)
  invariant(header !== undefined, 'the header of the head is stored')
  return { totalWork, blockWork: workOfTarget(header.target) }
}

interface Branch {
  /** Canonical. */
  readonly ancestor: ChainContext
  /** From the ancestor's child up. */
  readonly blocks: readonly Hash32[]
}

/** The blocks from the canonical chain to `hash`. */
function branchTo(reader: ChainReader, hash: Hash32): Branch {
  const blocks: Hash32[] = []
  let at = hash
  for (;;) {
    const context = reader.context(at)
    invariant(context !== undefined, 'the ancestors of a stored block are stored')
    const canonical = reader.canonicalHash(context.number)
    if (canonical !== undefined && equalBytes(canonical, at)) return { ancestor: context, blocks: blocks.reverse() }
    blocks.push(at)
    const header = reader.header(at)
    invariant(header !== undefined, 'a stored block has a header')
    at = header.parentHash
  }
}

/** What is final stays final: the mark only rises. */
function markFinal(update: ChainUpdate, final: FinalBlock, depth: bigint): void {
  const number = update.head().number - depth
  if (number <= final.number) return
  const hash = update.canonicalHash(number)
  invariant(hash !== undefined, 'a block below the head is canonical')
  update.setFinal({ number, hash })
}

async function rollBackTo(
  { database }: AdoptDependencies,
  update: ChainUpdate,
  ancestor: ChainContext,
): Promise<readonly ExecutedBlock[]> {
  const final = database.final()
  if (ancestor.number < final.number) {
    throw new ChainError('CHAIN_FINAL', 'a heavier branch leaves the chain before what is final here', {
      expected: `a branch from block ${final.number} or later`,
      actual: `one from block ${ancestor.number}`,
      hint: FINAL_HINT,
    })
  }
  const removed: ExecutedBlock[] = []
  while (!equalBytes(update.head().hash, ancestor.hash)) {
    removed.push(await executedBlock(update, update.head().hash))
    await update.rollBackHead()
  }
  return removed
}

async function executedBlock(reader: ChainReader, hash: Hash32): Promise<ExecutedBlock> {
  const [header, body, receipts] = [reader.header(hash), await reader.body(hash), await reader.receipts(hash)]
  invariant(header !== undefined && body !== undefined && receipts !== undefined, 'a canonical block is whole')
  return { hash, block: { header, body }, receipts }
}

interface BranchExecution {
  readonly update: ChainUpdate
  readonly blocks: readonly Hash32[]
  readonly signal: AbortSignal
}

async function executeBranch(
  dependencies: AdoptDependencies,
  { update, blocks, signal }: BranchExecution,
): Promise<readonly ExecutedBlock[]> {
  const added: ExecutedBlock[] = []
  for (const [index, hash] of blocks.entries()) {
    try {
      await update.extendHead(hash, await executeNext(dependencies, { update, hash, signal }))
    } catch (error) {
      if (error instanceof RuleError) throw new InvalidBranchError(error, blocks.slice(index))
      throw error
    }
    added.push(await executedBlock(update, hash))
  }
  return added
}
