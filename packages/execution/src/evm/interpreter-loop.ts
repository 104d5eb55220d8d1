import type { Common } from '@ethereumjs/common'
import { EVM, EVMError } from '@ethereumjs/evm'
import { Address } from '@ethereumjs/util'
import { invariant } from '@poai/core'
import { EMPTY_STATE } from '../state/state-reader.ts'
import { WorldState } from '../state/world-state.ts'
import { EvmStateManager } from './evm-state-manager.ts'
import { analyseCode } from './jump-targets.ts'
import type { StepPacer } from './step-pacer.ts'

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

/** Lets an EVM rest while its code runs. Its table of instructions is its own. */
export function paceEvm(evm: EVM, pacer: StepPacer): void {
  invariant(isReplaced, 'the loop of the interpreter was replaced')
  pacers.set(evm, pacer)
  const table = evm['_opcodeMap']
  for (let code = PUSH1; code <= PUSH32; code++) table[code] = { ...entryOf(table, code), opHandler: push }
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
  const table = interpreter._evm['_opcodeMap']
  try {
    while (runState.programCounter < code.length) {
      const opcode = code[runState.programCounter] as number
      if (runState.shouldDoJumpAnalysis && (opcode === JUMP || opcode === JUMPI)) analyse(runState)
      runState.opCode = opcode
      const rest = pacer.step(opcode)
      if (rest !== undefined) await rest
      await interpreter.runStep(table[opcode])
    }
  } catch (error) {
    if (!(error instanceof EVMError)) throw error
    return { runState, exceptionError: error.error === EVMError.errorMessages.STOP ? undefined : error }
  }
  return { runState, exceptionError: undefined }
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
