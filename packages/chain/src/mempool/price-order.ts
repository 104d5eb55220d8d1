import type { Transaction } from '@poai/core'
import { createPace } from '../pace/pace.ts'
import { effectiveTip, type PooledTransaction } from './pooled-transaction.ts'

/** Executable transactions for a block, the best payer first, each account's in the order of its nonces. */
export interface PriceOrder {
  /** The best one left; undefined when none can pay the base fee. */
  next(): PooledTransaction | undefined
  /**
   * Leaves out what follows from the sender of the transaction that `next` gave last: it can't be included without that
   * one.
   */
  skipSender(): void
}

/** The first transaction left of an account. */
interface Lane {
  readonly entries: readonly PooledTransaction[]
  readonly index: number
  readonly head: PooledTransaction
  readonly tip: bigint
}

function paysBetter(a: Lane, b: Lane): boolean {
  if (a.tip !== b.tip) return a.tip > b.tip
  return a.head.arrival < b.head.arrival
}

function laneAt(entries: readonly PooledTransaction[], index: number, baseFeePerGas: bigint): Lane | undefined {
  const head = entries[index]
  if (head === undefined) return undefined
  const tip = effectiveTip(head.transaction, baseFeePerGas)
  // Whatever comes after it must wait for it.
  return tip < 0n ? undefined : { entries, index, head, tip }
}

/** The account's executable transactions, looked at when its turn comes. */
export interface PricedAccount {
  readonly pending: readonly PooledTransaction[]
}

/**
 * Orders the executable transactions of accounts by what they pay the miner at `baseFeePerGas`; the earlier comer goes
 * first where they pay the same. A snapshot: later changes of the pool don't show. A pool of very many accounts is
 * ordered in turns.
 */
export async function createPriceOrder(
  accounts: Iterable<PricedAccount>,
  baseFeePerGas: Transaction['maxFeePerGas'],
): Promise<PriceOrder> {
  const lanes = new LaneHeap()
  const pace = createPace()
  let last: Lane | undefined
  for (const account of [...accounts]) {
    if (pace.isDue()) await pace.rest()
    lanes.push(laneAt(account.pending, 0, baseFeePerGas))
  }
  return {
    next: () => {
      // The lane of the last one goes on only now, so that it can still be skipped.
      if (last !== undefined) lanes.push(laneAt(last.entries, last.index + 1, baseFeePerGas))
      last = lanes.pop()
      return last?.head
    },
    skipSender: () => {
      last = undefined
    },
  }
}

/** A binary heap of lanes, the best payer on top. */
class LaneHeap {
  readonly #lanes: Lane[] = []

  push(lane: Lane | undefined): void {
    if (lane === undefined) return
    const lanes = this.#lanes
    let index = lanes.length
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = lanes[parent] as Lane
      if (!paysBetter(lane, above)) break
      lanes[index] = above
      index = parent
    }
    lanes[index] = lane
  }

  pop(): Lane | undefined {
    const lanes = this.#lanes
    const top = lanes[0]
    const moved = lanes.pop()
    if (top === undefined || moved === undefined || lanes.length === 0) return top
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= lanes.length) break
      const right = lanes[child + 1]
      if (right !== undefined && paysBetter(right, lanes[child] as Lane)) child++
      if (!paysBetter(lanes[child] as Lane, moved)) break
      lanes[index] = lanes[child] as Lane
      index = child
    }
    lanes[index] = moved
    return top
  }
}
