import type { EVMResult, Message as EvmMessage, InterpreterStep } from '@ethereumjs/evm'
import { bytesToHex, invariant, toAddress, toHash32, uintToBytes } from '@poai/core'
import type { Machine } from '../evm/create-machine.ts'
import { type Message, type MessageOutcome, runInEvm } from '../evm/run-message.ts'
import type { FrameEnd, FrameStart, FrameType, TraceHooks, TraceStep } from './trace-hooks.ts'

/** Instructions that are not only steps, by their code. */
const FRAME_TYPES: Readonly<Record<number, FrameType>> = {
  240: 'CREATE',
  241: 'CALL',
  242: 'CALLCODE',
  244: 'DELEGATECALL',
  245: 'CREATE2',
  250: 'STATICCALL',
}
const LOG0 = 0xa0
const LOG4 = 0xa4
const SELFDESTRUCT = 0xff
const WORD_BYTES = 32
const NO_BYTES: Uint8Array = new Uint8Array(0)

/** A frame that runs. */
interface OpenFrame {
  readonly message: EvmMessage
  /** The EVM gives a creation its target as it begins to run; before that it has none. */
  readonly creates: boolean
  /** What its last call or creation was made by. */
  lastCall: FrameType
}

function gasCostOf({ opcode }: InterpreterStep): bigint {
  return opcode.dynamicFee ?? BigInt(opcode.fee)
}

function toTraceStep(step: InterpreterStep): TraceStep {
  const { pc, opcode, gasLeft, gasRefund, depth, address, stack, memory } = step
  return {
    programCounter: pc,
    opcode: opcode.code,
    opcodeName: opcode.name,
    gasLeft,
    gasCost: gasCostOf(step),
    refund: gasRefund,
    depth,
    address: address.bytes,
    stack,
    memory,
  }
}

/** The item that is `below` the top of the stack. */
function fromTop(stack: readonly bigint[], below: number): bigint {
  const item = stack[stack.length - 1 - below]
  invariant(item !== undefined, 'the stack was long enough for the instruction')
  return item
}

function wordOf(value: bigint): Uint8Array {
  return uintToBytes(value, WORD_BYTES)
}

/**
 * Memory as an instruction sees it: zeros where nothing was written. The instruction has paid for it, so it is not
 * huge.
 */
function memorySlice(memory: Uint8Array, offset: bigint, length: bigint): Uint8Array {
  const slice = new Uint8Array(Number(length))
  if (length > 0n) slice.set(memory.subarray(Number(offset), Number(offset + length)))
  return slice
}

/** Turns the EVM's events into hooks, for one message. */
class MachineWatch {
  private readonly machine: Machine
  private readonly hooks: TraceHooks
  private readonly message: Message
  private readonly precompiles: ReadonlySet<string>
  private readonly frames: OpenFrame[] = []
  private outermost: FrameEnd | undefined

  constructor(machine: Machine, message: Message, hooks: TraceHooks) {
    this.machine = machine
    this.hooks = hooks
    this.message = message
    this.precompiles = new Set(machine.precompileNames)
  }

  /** The end of the outermost frame waits for this: its gas is known when all is over. */
  finish({ gasUsed }: MessageOutcome): void {
    if (this.outermost !== undefined) this.hooks.onExit?.({ ...this.outermost, gasUsed })
  }

  onStep(step: InterpreterStep): void {
    this.hooks.onStep?.(toTraceStep(step))
    const { code } = step.opcode
    const frame = this.frames.at(-1)
    if (frame === undefined) return
    const type = FRAME_TYPES[code]
    if (type !== undefined) frame.lastCall = type
    // What follows has no event of its own. An instruction that is not paid for, or not allowed, does nothing.
    if (frame.message.isStatic || step.gasLeft < gasCostOf(step)) return
    if (code >= LOG0 && code <= LOG4) this.log(step, code - LOG0)
    if (code === SELFDESTRUCT && step.stack.length > 0) this.selfDestruct(step)
  }

  onEnter(message: EvmMessage): void {
    const type = this.typeOf(message)
    this.hooks.onEnter?.(this.startOf(message, type))
    this.frames.push({ message, creates: message.to === undefined, lastCall: 'CALL' })
  }

  onExit({ execResult }: EVMResult): void {
    const frame = this.frames.pop()
    invariant(frame !== undefined, 'a frame that ends has begun')
    const { message, creates } = frame
    const end: FrameEnd = {
      depth: message.depth,
      gasUsed: execResult.executionGasUsed,
      executionGasUsed: execResult.executionGasUsed,
      output: execResult.returnValue.slice(),
      failure: execResult.exceptionError?.error,
      createdAddress: creates ? message.to?.bytes : undefined,
    }
    if (message.depth === 0) this.outermost = end
    else this.hooks.onExit?.(end)
  }

  private typeOf(message: EvmMessage): FrameType {
    if (message.depth === 0) return message.to === undefined ? 'CREATE' : 'CALL'
    const parent = this.frames.at(-1)
    invariant(parent !== undefined, 'an inner frame has one around it')
    return parent.lastCall
  }

  private startOf(message: EvmMessage, type: FrameType): FrameStart {
    const { depth, caller, to, value, data, gasLimit } = message
    const delegates = type === 'DELEGATECALL' || type === 'CALLCODE'
    return {
      type,
      depth,
      from: delegates && to !== undefined ? to.bytes : caller.bytes,
      to: to === undefined ? undefined : message.codeAddress.bytes,
      value: type === 'STATICCALL' ? 0n : value,
      runsPrecompile: to !== undefined && this.precompiles.has(bytesToHex(message.codeAddress.bytes).slice(2)),
      gas: depth === 0 ? this.message.gasLimit : gasLimit,
      executionGas: gasLimit,
      // The EVM hands over a view of the caller's memory, which the caller may write over.
      input: data.slice(),
    }
  }

  private log({ stack, memory, address, depth }: InterpreterStep, topicCount: number): void {
    if (stack.length < topicCount + 2) return
    this.hooks.onLog?.({
      depth,
      address: toAddress(address.bytes),
      topics: Array.from({ length: topicCount }, (_, index) => toHash32(wordOf(fromTop(stack, index + 2)))),
      data: memorySlice(memory, fromTop(stack, 0), fromTop(stack, 1)),
    })
  }

  private selfDestruct({ stack, address, depth }: InterpreterStep): void {
    const heir = wordOf(fromTop(stack, 0)).subarray(12)
    const value = this.machine.world.account(address.bytes)?.balance ?? 0n
    const inner = depth + 1
    const [from, to] = [address.bytes, heir]
    const nothing = { runsPrecompile: false, gas: 0n, executionGas: 0n, input: NO_BYTES }
    this.hooks.onEnter?.({ type: 'SELFDESTRUCT', depth: inner, from, to, value, ...nothing })
    this.hooks.onExit?.({
      ...{ depth: inner, gasUsed: 0n, executionGasUsed: 0n, output: NO_BYTES },
      ...{ failure: undefined, createdAddress: undefined },
    })
  }
}

/** Like `runInEvm`, with an audience. */
export function runWatched(hooks: TraceHooks): typeof runInEvm {
  return (machine, message) => watch(machine, message, hooks)
}

/** The machine's listeners are gone when it is over. */
async function watch(machine: Machine, message: Message, hooks: TraceHooks): Promise<MessageOutcome> {
  const watching = new MachineWatch(machine, message, hooks)
  const { events } = machine.evm
  const onStep = (step: InterpreterStep): void => watching.onStep(step)
  const onEnter = (evmMessage: EvmMessage): void => watching.onEnter(evmMessage)
  const onExit = (result: EVMResult): void => watching.onExit(result)
  events.on('step', onStep)
  events.on('beforeMessage', onEnter)
  events.on('afterMessage', onExit)
  try {
    const outcome = await runInEvm(machine, message)
    watching.finish(outcome)
    return outcome
  } finally {
    events.off('step', onStep)
    events.off('beforeMessage', onEnter)
    events.off('afterMessage', onExit)
  }
}
