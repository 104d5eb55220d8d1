import type { Chain } from '@poai/chain'
import { type Clock, type Logger, RuleError } from '@poai/core'
import type { ForeignBlocks } from '../blocks/foreign-blocks.ts'
import { NetworkError } from '../network-error.ts'
import { BodyDownload, type BodyDownloadDependencies } from './body-download.ts'
import type { TreeNode } from './header-tree.ts'

/** Blocks in the import pipeline at one time: half of its bound, so that gossip finds room. */
const IMPORT_WINDOW = 32
/** After this long without a body, though several peers were asked, the branch waits and others go first. */
export const BODY_STALL_MS = 6000

/** What importing a branch needs, and nothing more. */
export interface ImportBranchDependencies extends BodyDownloadDependencies {
  readonly chain: Pick<Chain, 'importBlock'>
  readonly foreign: ForeignBlocks
  readonly clock: Clock
  readonly logger: Logger
}

/** How an import ended before its branch did. */
export class BranchFault extends Error {
  /** The first header of the branch that could not be imported. */
  readonly node: TreeNode
  /** The rule that it breaks, or whatever hindered the import. */
  readonly fault: unknown

  constructor(node: TreeNode, fault: unknown) {
    super('a branch could not be imported to its end', { cause: fault })
    this.node = node
    this.fault = fault
  }
}

/** Nobody sends a body. */
export class StalledError extends NetworkError {
  constructor() {
    super('P2P_REQUEST', 'no peer sends the next body of this branch')
  }
}

interface ImportBranchOptions {
  /** The peer that the blocks are said to come from. */
  readonly source: string
  readonly onImported: () => void
  /** True if another branch is better by now: this one is left after what is under way. */
  readonly isOutrun: () => boolean
  readonly signal: AbortSignal
}

/** Imports the blocks of a sampled branch in order, with bodies from all peers. Rejects with a {@link BranchFault}. */
export async function importBranch(
  branch: readonly TreeNode[],
  dependencies: ImportBranchDependencies,
  { source, onImported, isOutrun, signal: stopping }: ImportBranchOptions,
): Promise<void> {
  const { chain, foreign, clock, logger } = dependencies
  const branchWork = branch.at(-1)?.context.totalWork ?? 0n
  const download = new BodyDownload(branch, dependencies, stopping)
  const failed = new AbortController()
  const signal = AbortSignal.any([failed.signal, stopping])
  const underWay: Promise<void>[] = []
  const importOne = async (node: TreeNode): Promise<void> => {
    const body = await nextBody(download, clock)
    foreign.add(node.hash)
    const work = chain
      .importBlock({ header: node.header, body }, { source, priority: 'sync', branchWork, signal })
      .then(({ kind }) => {
        if (kind === 'orphan') throw new NetworkError('P2P_REQUEST', 'the branch hangs in the air')
        onImported()
      })
      .catch((error: unknown) => {
        throw new BranchFault(node, error)
      })
    // Children are judged after parents that are under way; the first failure is reported in its turn.
    work.catch(() => undefined)
    underWay.push(work)
  }
  try {
    for (const node of branch) {
      if (isOutrun()) break
      await importOne(node).catch((error: unknown) => {
        throw error instanceof BranchFault ? error : new BranchFault(node, error)
      })
      while (underWay.length >= IMPORT_WINDOW) await underWay.shift()
    }
    while (underWay.length > 0) await underWay.shift()
  } catch (error) {
    failed.abort(error)
    // An earlier block than the one whose body is missing may have failed meanwhile: that says more.
    const outcomes = await Promise.allSettled(underWay)
    const earlier = outcomes.find((outcome) => outcome.status === 'rejected' && isRuleFault(outcome.reason))
    throw isRuleFault(error) || earlier?.status !== 'rejected' ? error : earlier.reason
  } finally {
    await download.stop()
    logger.debug('Bodies came from', Object.fromEntries(download.shares))
  }
}

function isRuleFault(error: unknown): boolean {
  return error instanceof BranchFault && error.fault instanceof RuleError
}

async function nextBody(download: BodyDownload, clock: Clock): ReturnType<BodyDownload['next']> {
  if (download.isReady) return download.next()
  const done = new AbortController()
  const late = clock.sleep(BODY_STALL_MS, done.signal).then(
    () => {
      throw new StalledError()
    },
    () => new Promise<never>(() => undefined),
  )
  const next = download.next()
  next.catch(() => undefined)
  try {
    return await Promise.race([next, late])
  } finally {
    done.abort()
  }
}
