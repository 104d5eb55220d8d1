import { condemnsBlock } from '@poai/consensus'
import {
  type Block,
  type BlockCodecs,
  bytesToHex,
  type Clock,
  type Hash32,
  type Logger,
  type RuleCode,
  RuleError,
} from '@poai/core'
import type { ChainDatabase } from '../database/chain-database.ts'
import type { TaskQueue } from './task-queue.ts'

/** A block and the rule that it breaks. */
export interface BadBlock {
  readonly hash: Hash32
  readonly code: RuleCode
}

/** A block as it came, and how far it got. */
export interface Suspect {
  readonly hash: Hash32
  readonly block: Block
  /** Who brought it. */
  readonly source: string
  /** True if a replay has shown its work. */
  readonly hasWorked: boolean
}

/** What the memory needs. */
export interface BadBlockDependencies {
  readonly database: Pick<ChainDatabase, 'badBlock' | 'begin'>
  readonly codecs: Pick<BlockCodecs, 'block'>
  /** The one by which everything is written. */
  readonly writer: TaskQueue
  readonly clock: Pick<Clock, 'nowMs'>
  readonly logger: Pick<Logger, 'warn'>
}

/**
 * Blocks that are invalid forever, so that nobody makes the node find that out twice. On disk, bounded by the store;
 * the last few of them whole, so that people can find out what went wrong.
 */
export class BadBlockMemory {
  readonly #dependencies: BadBlockDependencies

  constructor(dependencies: BadBlockDependencies) {
    this.#dependencies = dependencies
  }

  /** Throws the `RuleError` of a block that is remembered, or of one whose parent is. */
  refuse(hash: Hash32, parentHash: Hash32): void {
    const { database } = this.#dependencies
    const code = database.badBlock(hash)
    if (code !== undefined) {
      throw new RuleError(code, 'the block was found invalid before', { actual: bytesToHex(hash) })
    }
    const parentCode = database.badBlock(parentHash)
    if (parentCode === undefined) return
    throw new RuleError('HEADER_PARENT_INVALID', 'the block before this one is invalid', { actual: parentCode })
  }

  /**
   * Remembers a block if that fault condemns it. One that could not be remembered is found invalid again: no reason to
   * hide what is wrong with it now.
   */
  async rememberIfCondemned(suspect: Suspect, fault: unknown): Promise<void> {
    if (!(fault instanceof RuleError) || !condemnsBlock(fault) || !isWorthRemembering(fault.code)) return
    const task = (): Promise<void> => this.remember(suspect, fault)
    try {
      await this.#dependencies.writer.run(task, { priority: 'tip', signal: new AbortController().signal })
    } catch (error) {
      this.#dependencies.logger.warn('Could not remember an invalid block', { hash: bytesToHex(suspect.hash), error })
    }
  }

  /**
   * Remembers a block, keeps it whole, and remembers those that stand on it. For a task of the writer. Not synced: what
   * a power cut takes is found out again.
   */
  async remember(suspect: Suspect, fault: RuleError, followers: readonly Hash32[] = []): Promise<void> {
    const { database } = this.#dependencies
    const bad: readonly BadBlock[] = [
      { hash: suspect.hash, code: fault.code },
      ...followers.map((hash) => ({ hash, code: 'HEADER_PARENT_INVALID' as const })),
    ]
    const unknown = bad.filter(({ hash }) => database.badBlock(hash) === undefined)
    if (unknown.length === 0) return
    const update = database.begin()
    for (const { hash, code } of unknown) await update.putBadBlock(hash, code)
    if (unknown.includes(bad[0] as BadBlock) && fault.code !== 'HEADER_PARENT_INVALID') {
      await update.keepBadBlock({
        hash: suspect.hash,
        rule: fault.code,
        reason: reasonOf(fault),
        source: suspect.source,
        atMs: BigInt(Math.floor(this.#dependencies.clock.nowMs())),
        block: this.#dependencies.codecs.block.encode(suspect.block),
        shelf: suspect.hasWorked ? 'worked' : 'claimed',
      })
    }
    await update.commit({ sync: false })
  }
}

function reasonOf({ message, expected, actual }: RuleError): string {
  return `${message}: expected ${expected ?? 'another'}, got ${actual ?? 'this'}`
}

/**
 * Faults that two hashes show are found again faster than they are looked up, and whoever makes them has done no work:
 * only blocks that got past their work claim are worth room on disk.
 */
function isWorthRemembering(code: RuleCode): boolean {
  return !(code.startsWith('HEADER_') && code !== 'HEADER_PARENT_INVALID') && code !== 'WORK_CLAIM_ABOVE_TARGET'
}
