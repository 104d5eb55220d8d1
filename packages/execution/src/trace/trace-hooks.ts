import type { Log } from '@poai/core'

/** The machine before one instruction. Valid during the callback only. */
export interface TraceStep {
  readonly programCounter: number
  readonly opcode: number
  readonly opcodeName: string
  readonly gasLeft: bigint
  /** In all, what the instruction passes on to a call included. */
  readonly gasCost: bigint
  /** What the frame has earned in refunds so far. */
  readonly refund: bigint
  /** 0 in the outermost frame. */
  readonly depth: number
  readonly address: Uint8Array
  /** The top is last. */
  readonly stack: readonly bigint[]
  readonly memory: Uint8Array
}

/** What began a frame. A self-destruction is a frame of its own, which runs nothing. */
export type FrameType = 'CALL' | 'CALLCODE' | 'DELEGATECALL' | 'STATICCALL' | 'CREATE' | 'CREATE2' | 'SELFDESTRUCT'

/** A call, creation or self-destruction as it begins. */
export interface FrameStart {
  readonly type: FrameType
  /** 0 for the outermost frame. */
  readonly depth: number
  /** Whose code makes the call; of the outermost frame, the sender. */
  readonly from: Uint8Array
  /** Whose code runs; undefined for a creation, whose address its end tells. The heir of a self-destruction. */
  readonly to: Uint8Array | undefined
  /** What moves, or what a delegate call says has moved. */
  readonly value: bigint
  /** True if what runs is built into the machine. */
  readonly runsPrecompile: boolean
  /** What the frame may use; of the outermost frame, the gas limit. */
  readonly gas: bigint
  /** The same, without what the outermost frame pays before it runs. */
  readonly executionGas: bigint
  /** The code of a creation. */
  readonly input: Uint8Array
}

/** The same at its end. */
export interface FrameEnd {
  readonly depth: number
  /** Of the outermost frame, what the receipt says: intrinsic gas added, refunds taken off. */
  readonly gasUsed: bigint
  /** What it used while it ran. */
  readonly executionGasUsed: bigint
  /** What was returned, the deployed code of a creation, or why it was undone. */
  readonly output: Uint8Array
  /** The EVM's name of what went wrong: 'revert', 'out of gas' …; undefined if nothing did. */
  readonly failure: string | undefined
  /** Where a creation tried to put its code. */
  readonly createdAddress: Uint8Array | undefined
}

/** A log as it is written: if its frame or one around it fails, it is undone. */
export interface TraceLog extends Log {
  /** Of the frame that writes it. */
  readonly depth: number
}

/**
 * Listeners to an execution. Each makes it slower; `onStep` several times. An error that one throws ends the execution
 * with it.
 */
export interface TraceHooks {
  /** Before every instruction. */
  readonly onStep?: (step: TraceStep) => void
  /**
   * Frames come in the order of a walk through their tree. Calls that never begin (too deep, or more value than there
   * is) have no frame.
   */
  readonly onEnter?: (frame: FrameStart) => void
  readonly onExit?: (frame: FrameEnd) => void
  readonly onLog?: (log: TraceLog) => void
}
