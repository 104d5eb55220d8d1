import { condemnsBlock } from '@poai/consensus'
import { bytesToHex, type Hash32, type Logger, type RuleCode, RuleError } from '@poai/core'
import type { ChainDatabase } from '../database/chain-database.ts'
import type { TaskQueue } from './task-queue.ts'

/** A block and the rule that it breaks. */
export interface BadBlock {
  readonly hash: Hash32
  readonly code: RuleCode
}

/** What the memory needs. */
export interface BadBlockDependencies {
  readonly database: Pick<ChainDatabase, 'badBlock' | 'begin'>
  /** The one by which everything is written. */
  readonly writer: TaskQueue
  readonly logger: Pick<Logger, 'warn'>
}

/**
 * Blocks that are invalid for ever, so that nobody makes the node find that out twice. On disk, bounded by the store.
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
  async rememberIfCondemned(hash: Hash32, fault: unknown): Promise<void> {
    if (!(fault instanceof RuleError) || !condemnsBlock(fault) || !isWorthRemembering(fault.code)) return
    const task = (): Promise<void> => this.remember([{ hash, code: fault.code }])
    try {
      await this.#dependencies.writer.run(task, { priority: 'tip', signal: new AbortController().signal })
    } catch (error) {
      this.#dependencies.logger.warn('Could not remember an invalid block', { hash: bytesToHex(hash), error })
    }
  }

  /** For a task of the writer. Not synced: what a power cut takes is found out again. */
  async remember(bad: readonly BadBlock[]): Promise<void> {
    const { database } = this.#dependencies
    const unknown = bad.filter(({ hash }) => database.badBlock(hash) === undefined)
    if (unknown.length === 0) return
    const update = database.begin()
    for (const { hash, code } of unknown) await update.putBadBlock(hash, code)
    await update.commit({ sync: false })
  }
}

/**
 * Faults that two hashes show are found again faster than they are looked up, and whoever makes them has done no work:
 * only blocks that got past their work claim are worth room on disk.
 */
function isWorthRemembering(code: RuleCode): boolean {
  return !(code.startsWith('HEADER_') && code !== 'HEADER_PARENT_INVALID') && code !== 'WORK_CLAIM_ABOVE_TARGET'
}
