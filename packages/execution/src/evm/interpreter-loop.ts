import type { Common } from '@ethereumjs/common'
import { EVM, EVMError } from '@ethereumjs/evm'
import { Address } from '@ethereumjs/util'
import { invariant } from '@poai/core'
import { EMPTY_STATE } from '../state/state-reader.ts'
import { WorldState } from '../state/world-state.ts'
import { EvmStateManager } from './evm-state-manager.ts'
import { analyseCode } from './jump-targets.ts'
import type { StepPacer } from './step-pacer.ts'
import { WORD_HANDLERS } from './word-handlers.ts'

type OpcodeTable = EVM['_opcodeMap']
type RunState = Parameters<OpcodeTable[number]['opHandler']>[0]

/** EthereumJS's interpreter, one a frame, as far as it is of interest here. Its class is not exported. */
interface Interpreter {
  readonly _runState: RunState
  readonly _evm: EVM
  run: (code: Uint8Array, options?: { readonly pc?: number }) => Promise<Ran>
  runStep(entry: OpcodeTable[number] | undefined): Promise<void>
}

interface Ran {
  readonly runState: RunState
  readonly exceptionError: EVMError | undefined
}

const STOP = 0x00
const JUMP = 0x56
const JUMPI = 0x57
const PUSH0 = 0x5f
const PUSH1 = 0x60
const PUSH32 = 0x7f
/** Bytes that a number holds exactly, with some to spare for the arithmetic. */
const SMALL_PUSH = 6

const pacers = new WeakMap<EVM, StepPacer>()
let isReplaced = false

/** An instruction that waits for nothing and costs the same each time, but for the memory that it reaches. */
interface QuickStep {
  readonly handler: OpcodeTable[number]['opHandler']
  readonly gas: bigint
  /** Bytes from the place on top of the stack on. */
  readonly memoryBytes: bigint
}

/** MLOAD, MSTORE, MSTORE8: all other prices that depend on something are left to EthereumJS. */
const MEMORY_BYTES: ReadonlyMap<number, bigint> = new Map([
  [0x51, 32n],
  [0x52, 32n],
  [0x53, 1n],
])

const quickSteps = new WeakMap<OpcodeTable, readonly (QuickStep | undefined)[]>()

function quickStepsOf(table: OpcodeTable): readonly (QuickStep | undefined)[] {
  const known = quickSteps.get(table)
  if (known !== undefined) return known
  const steps = Array.from({ length: 256 }, (_, code): QuickStep | undefined => {
    const { opcodeInfo, opHandler } = entryOf(table, code)
    const memoryBytes = MEMORY_BYTES.get(code) ?? 0n
    if (opcodeInfo.isInvalid || opcodeInfo.isAsync || (opcodeInfo.dynamicGas && memoryBytes === 0n)) return undefined
    return { handler: opHandler, gas: opcodeInfo.feeBigInt, memoryBytes }
  })
  quickSteps.set(table, steps)
  return steps
}

/** Lets an EVM rest while its code runs. Its table of instructions is its own. */
export function paceEvm(evm: EVM, pacer: StepPacer): void {
  invariant(isReplaced, 'the loop of the interpreter was replaced')
  pacers.set(evm, pacer)
  const table = evm['_opcodeMap']
  for (let code = PUSH1; code <= PUSH32; code++) table[code] = { ...entryOf(table, code), opHandler: push }
  for (const [code, opHandler] of WORD_HANDLERS) table[code] = { ...entryOf(table, code), opHandler }
}

/**
 * Replaces EthereumJS's loop with ours, for machines that are paced. The same instructions run in the same way, but a
 * pacer is asked on the way, and what is known about code is kept instead of being found out at every call.
 */
export async function replaceLoop(common: Common): Promise<void> {
  if (isReplaced) return
  isReplaced = true
  const prototype = await interpreterPrototype(common)
  const original = prototype.run
  prototype.run = function (code, options) {
    const pacer = pacers.get(this._evm)
    return pacer === undefined ? original.call(this, code, options) : run(this, pacer, { code, pc: options?.pc ?? 0 })
  }
}

async function interpreterPrototype(common: Common): Promise<Interpreter> {
  const evm = new EVM({ common, stateManager: new EvmStateManager(new WorldState(EMPTY_STATE)) })
  const table = evm['_opcodeMap']
  const entry = entryOf(table, STOP)
  let found: object | undefined
  table[STOP] = {
    ...entry,
    opHandler: (runState, commonOfRun) => {
      found = Object.getPrototypeOf(runState.interpreter)
      return entry.opHandler(runState, commonOfRun)
    },
  }
  const nobody = new Address(new Uint8Array(20))
  await evm.runCode({ code: Uint8Array.of(STOP), caller: nobody, to: nobody, gasLimit: 1n })
  invariant(found !== undefined, 'a frame has an interpreter')
  return found as Interpreter
}

function entryOf(table: OpcodeTable, code: number): OpcodeTable[number] {
  const entry = table[code]
  invariant(entry !== undefined, 'the EVM has an entry for every byte')
  return entry
}

async function run(
  interpreter: Interpreter,
  pacer: StepPacer,
  { code, pc }: { readonly code: Uint8Array; readonly pc: number },
): Promise<Ran> {
  const runState = interpreter._runState
  runState.code = code
  runState.programCounter = pc
  const { _evm: evm } = interpreter
  const table = evm['_opcodeMap']
  const isWatched = evm.DEBUG || evm.events.listenerCount('step') > 0
  const frame: Frame = {
    ...{ interpreter, runState, pacer, table, common: evm.common },
    quick: isWatched ? [] : quickStepsOf(table),
    hasRested: false,
  }
  try {
    for (let waiting = advance(frame); waiting !== undefined; waiting = advance(frame)) await waiting
  } catch (error) {
    if (!(error instanceof EVMError)) throw error
    return { runState, exceptionError: error.error === EVMError.errorMessages.STOP ? undefined : error }
  }
  return { runState, exceptionError: undefined }
}

/** Code that runs. */
interface Frame {
  readonly interpreter: Interpreter
  readonly runState: RunState
  readonly pacer: StepPacer
  readonly table: OpcodeTable
  readonly common: Common
  readonly quick: readonly (QuickStep | undefined)[]
  /** The pacer was asked for the next instruction. */
  hasRested: boolean
}

/**
 * Goes on until there is something to wait for, which is returned, or until the code is over. Most instructions wait
 * for nothing: a promise for each of them would cost more than what they do.
 */
function advance(frame: Frame): Promise<void> | undefined {
  const { interpreter, runState, pacer, table, common, quick } = frame
  const { code } = runState
  while (runState.programCounter < code.length) {
    const opcode = code[runState.programCounter] as number
    if (runState.shouldDoJumpAnalysis && (opcode === JUMP || opcode === JUMPI)) analyse(runState)
    runState.opCode = opcode
    if (frame.hasRested) frame.hasRested = false
    else {
      const rest = pacer.step(opcode)
      if (rest !== undefined) {
        frame.hasRested = true
        return rest
      }
    }
    const step = quick[opcode]
    if (step === undefined) return interpreter.runStep(table[opcode])
    const { gas, memoryBytes } = step
    runState.gasLeft -= memoryBytes === 0n ? gas : gas + memoryGas(runState, memoryBytes)
    if (runState.gasLeft < 0n) {
      runState.gasLeft = 0n
      throw new EVMError(EVMError.errorMessages.OUT_OF_GAS)
    }
    runState.programCounter++
    // None of those that wait: see `quickStepsOf`.
    void step.handler(runState, common)
  }
  return undefined
}

const WORD_BYTES = 32n
/** Yellow Paper, appendix H: a word of memory, and the divisor of the square of their number. */
const MEMORY_GAS = 3n
const QUADRATIC_DIVISOR = 512n

/** What the memory up to `bytes` after the place on top of the stack costs beyond what is paid for. */
function memoryGas(runState: RunState, bytes: bigint): bigint {
  const { stack } = runState
  const [offset] = stack.peek() as [bigint]
  const words = (offset + bytes + WORD_BYTES - 1n) / WORD_BYTES
  if (words <= runState.memoryWordCount) return 0n
  const cost = words * MEMORY_GAS + (words * words) / QUADRATIC_DIVISOR
  const more = cost - runState.highestMemCost
  runState.highestMemCost = cost
  runState.memoryWordCount = words
  return more
}

/** From now on jumps know their targets, and what is pushed is remembered: code that jumps may come by again. */
function analyse(runState: RunState): void {
  const { targets, pushes } = analyseCode(runState.code)
  runState.validJumps = targets
  runState.shouldDoJumpAnalysis = false
  knownPushes.set(runState, pushes)
}

const knownPushes = new WeakMap<RunState, Map<number, bigint>>()

/** PUSH1 to PUSH32. After the end of the code come zeros. */
function push(runState: RunState): void {
  const { code, programCounter: at, opCode, stack } = runState
  const bytes = opCode - PUSH0
  runState.programCounter = at + bytes
  if (bytes <= SMALL_PUSH) {
    stack.push(BigInt(readNumber(code, at, bytes)))
    return
  }
  const known = runState.shouldDoJumpAnalysis ? undefined : knownPushes.get(runState)
  const found = known?.get(at)
  const value = found ?? readLarge(code, at, bytes)
  if (found === undefined) known?.set(at, value)
  stack.push(value)
}

function readNumber(code: Uint8Array, at: number, bytes: number): number {
  let value = 0
  for (let index = at; index < at + bytes; index++) value = value * 256 + (code[index] ?? 0)
  return value
}

function readLarge(code: Uint8Array, at: number, bytes: number): bigint {
  let value = 0n
  for (let index = at; index < at + bytes; index += SMALL_PUSH) {
    const length = index + SMALL_PUSH <= at + bytes ? SMALL_PUSH : at + bytes - index
    value = (value << BigInt(8 * length)) | BigInt(readNumber(code, index, length))
  }
  return value
}
