import type { Clock } from '@poai/core'
import type { TreeNode } from './header-tree.ts'

/**
 * The first hold of a block whose body did not come, or that could not be imported; each one after it is twice as long
 * …
 */
const FIRST_HOLD_MS = 5000
/** … up to this. */
const LONGEST_HOLD_MS = 300_000

/** Blocks that stopped an import: what builds on them waits for a while, so that another branch has its turn. */
export class BranchHolds {
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #holds = new WeakMap<TreeNode, { readonly untilMs: number; readonly lengthMs: number }>()

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock
  }

  isHeld(node: TreeNode): boolean {
    return (this.#holds.get(node)?.untilMs ?? 0) > this.#clock.nowMs()
  }

  hold(node: TreeNode): void {
    const before = this.#holds.get(node)
    const lengthMs = before === undefined ? FIRST_HOLD_MS : Math.min(LONGEST_HOLD_MS, before.lengthMs * 2)
    this.#holds.set(node, { untilMs: this.#clock.nowMs() + lengthMs, lengthMs })
  }
}
