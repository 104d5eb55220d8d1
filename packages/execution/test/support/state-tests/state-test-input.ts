import type { Hash32, Log, Transaction } from '@poai/core'
import type { BlockEnvironment } from '../../../src/index.ts'
import type { MemoryState } from '../memory-state.ts'

/** What a case starts from. */
export interface StateTestInput {
  readonly state: MemoryState
  readonly environment: BlockEnvironment
  readonly blockHash: (number: bigint) => Hash32
  readonly transaction: Transaction
}

/** What a case comes to. */
export interface StateTestResult {
  readonly stateRoot: Hash32
  readonly logs: readonly Log[]
}
