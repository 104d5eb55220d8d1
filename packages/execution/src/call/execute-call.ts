import { type AccessListEntry, bytesToHex, defined, hexToBytes, invariant, toAddress, toHash32 } from '@poai/core'
import type { BlockEnvironment, BlockHashLookup } from '../evm/block-environment.ts'
import type { Machine } from '../evm/create-machine.ts'
import type { MachinePool } from '../evm/machine-pool.ts'
import { type Message, type MessageOutcome, runInEvm } from '../evm/run-message.ts'
import type { Pause } from '../evm/step-pacer.ts'
import type { AnswerSource } from '../inference/answer-source.ts'
import { NEW_ACCOUNT } from '../state/account.ts'
import type { StateChanges } from '../state/state-changes.ts'
import type { StateReader } from '../state/state-reader.ts'
import type { StateReads } from '../state/world-state.ts'
import { runWatched } from '../trace/run-watched.ts'
import type { TraceHooks } from '../trace/trace-hooks.ts'
import { leastGas } from '../transaction/transaction-rules.ts'
import { type AccountOverride, imagine } from './imagined-state.ts'

/** A question to a state: what would this message do? */
export interface CallInput extends TraceHooks {
  readonly state: StateReader
  readonly environment: BlockEnvironment
  readonly blockHash: BlockHashLookup
  readonly message: Message
  readonly overrides?: readonly AccountOverride[]
  /** False: the outcome's access list stays empty, and the call is faster. */
  readonly withAccessList?: boolean
  /** Whether the outcome tells what was read and changed. */
  readonly withState?: boolean
  /** See `MachinePlace`. What it throws, the call throws. */
  readonly pause?: Pause | undefined
  /** See `MachinePlace`. */
  readonly answers?: AnswerSource | undefined
}

/** What the message would do. Nothing of it is kept. */
export interface CallOutcome extends MessageOutcome {
  /**
   * Unless the input says not to: what it touched besides its sender, target, the beneficiary and the precompiles: an
   * access list for it (EIP-2930).
   */
  readonly accessList: readonly AccessListEntry[]
  /** If it was asked for. Nothing, if the message could not begin. */
  readonly state?: { readonly reads: StateReads; readonly changes: StateChanges }
}

const NO_BYTES: Uint8Array = new Uint8Array(0)

function bytesOf(name: string): Uint8Array {
  const bytes = hexToBytes(`0x${name}`)
  invariant(bytes !== undefined, 'the EVM names what it touched in hexadecimal')
  return bytes
}

/** Addresses that cost the warm price anyway are listed only for their slots. */
function accessListOf(
  touched: ReadonlyMap<string, ReadonlySet<string>>,
  warm: ReadonlySet<string>,
): readonly AccessListEntry[] {
  return [...touched]
    .filter(([address, slots]) => slots.size > 0 || !warm.has(address))
    .map(([address, slots]) => ({
      address: toAddress(bytesOf(address)),
      storageKeys: [...slots].map((slot) => toHash32(bytesOf(slot))),
    }))
}

function namesOfWarm({ precompileNames, environment }: Machine, { from, to }: Message): ReadonlySet<string> {
  const addresses = [from, environment.beneficiary, ...(to === undefined ? [] : [to])]
  return new Set([...precompileNames, ...addresses.map((address) => bytesToHex(address).slice(2))])
}

function refused(failure: string, gasUsed: bigint): CallOutcome {
  return {
    succeeded: false,
    gasUsed,
    gasRefunded: 0n,
    logs: [],
    returnData: NO_BYTES,
    createdAddress: undefined,
    destroyed: [],
    failure,
    accessList: [],
  }
}

/**
 * Runs a message on a state without changing it: what `eth_call`, `eth_estimateGas`, `eth_createAccessList` and tracing
 * ask for. Gas is not paid for, and the sender may be anybody; the value must be there.
 */
export async function executeCall(machines: MachinePool, input: CallInput): Promise<CallOutcome> {
  const { state, environment, blockHash, message, overrides = [], pause, answers, withAccessList = true } = input
  const world = imagine(state, overrides)
  const sender = world.account(message.from) ?? NEW_ACCOUNT
  if (message.gasLimit < leastGas(machines.transactions, message))
    return refused('intrinsic gas too low', message.gasLimit)
  if (sender.balance < message.value) return refused('insufficient balance', 0n)
  world.setAccount(message.from, { ...sender, nonce: sender.nonce + 1n })
  return machines.use({ world, environment, blockHash, pause, answers }, async (machine) => {
    if (withAccessList) machine.evm.journal.startReportingAccessList()
    const run = isWatched(input) ? runWatched(input) : runInEvm
    const outcome = await run(machine, message)
    const touched = machine.evm.journal.accessList
    const accessList = touched === undefined ? [] : accessListOf(touched, namesOfWarm(machine, message))
    const state = input.withState === true ? { reads: world.reads(), changes: world.changes() } : undefined
    return { ...outcome, accessList, ...defined({ state }) }
  })
}

function isWatched({ onStep, onEnter, onExit, onLog }: TraceHooks): boolean {
  return [onStep, onEnter, onExit, onLog].some((hook) => hook !== undefined)
}
