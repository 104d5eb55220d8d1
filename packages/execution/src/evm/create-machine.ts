import type { Common } from '@ethereumjs/common'
import { EVM, type EVMMockBlockchainInterface, type EVMRunCallOpts } from '@ethereumjs/evm'
import { Address as EvmAddress } from '@ethereumjs/util'
import { type Hash32, hexToBytes, type InferenceParams, invariant } from '@poai/core'
import type { AnswerSource } from '../inference/answer-source.ts'
import { inferencePrecompiles } from '../inference/inference-precompiles.ts'
import { RULE_SETS, type RuleSet } from '../rule-sets.ts'
import { bytesToKey } from '../state/byte-key.ts'
import { ExecutionError } from '../state/execution-error.ts'
import { EMPTY_STATE } from '../state/state-reader.ts'
import { WorldState } from '../state/world-state.ts'
import type { TransactionRules } from '../transaction/transaction-rules.ts'
import { AccessJournal } from './access-journal.ts'
import type { BlockEnvironment, BlockHashLookup } from './block-environment.ts'
import { createEvmCommon } from './evm-common.ts'
import { EvmStateManager } from './evm-state-manager.ts'
import { paceEvm, replaceLoop } from './interpreter-loop.ts'
import { pairingCurve } from './pairing-curve.ts'
import type { PairingElsewhere } from './resting-precompiles.ts'
import { type Pause, StepPacer } from './step-pacer.ts'

/** The EVM over one world, in one block. */
export interface Machine {
  readonly evm: EVM
  readonly transactions: TransactionRules
  readonly world: WorldState
  readonly environment: BlockEnvironment
  /** The environment as the EVM wants it. */
  readonly block: NonNullable<EVMRunCallOpts['block']>
  /** Of the place. */
  readonly pause: Pause | undefined
  /** Addresses whose code is built in, as keys. */
  readonly precompiles: ReadonlySet<string>
  /** The same in hexadecimal without prefix, as the EVM's journal wants them. */
  readonly precompileNames: readonly string[]
}

/** Where a machine works. */
export interface MachinePlace {
  readonly world: WorldState
  readonly environment: BlockEnvironment
  readonly blockHash: BlockHashLookup
  /** Asked often while code runs: a long message gives others their turn, or is given up by throwing. */
  readonly pause?: Pause | undefined
  /** What answers calls of models; without it an execution that makes one fails with an `AnswerError`. */
  readonly answers?: AnswerSource | undefined
}

/** What a machine is made of. */
export interface MachineOptions extends MachinePlace {
  readonly tools: MachineTools
}

/** What all machines of one rule set share. */
export interface MachineTools {
  readonly rules: RuleSet
  readonly common: Common
  /** The models that contracts may call; undefined: none. */
  readonly inference?: InferenceParams | undefined
  /** Where long pairings are computed; undefined: here. */
  readonly pairing?: PairingElsewhere | undefined
}

/** Where an idle machine is. */
const NOWHERE: WorldState = new WorldState(EMPTY_STATE)

/** No blobs, so their price never leaves its minimum (EIP-4844, EIP-7516). */
export const BLOB_BASE_FEE = 1n

/** The EVM asks only for the last 256 blocks, all of which the chain must know. */
class BlockHashes implements EVMMockBlockchainInterface {
  lookup: BlockHashLookup = () => undefined

  getBlock(number: number): ReturnType<EVMMockBlockchainInterface['getBlock']> {
    const hash: Hash32 | undefined = this.lookup(BigInt(number))
    if (hash === undefined) {
      throw new ExecutionError('EXECUTION_STATE_MISSING', 'the hash of a recent block is missing', {
        actual: `nothing at number ${number}`,
      })
    }
    return Promise.resolve({ hash: () => hash })
  }

  putBlock(): Promise<void> {
    return Promise.resolve()
  }

  shallowCopy(): EVMMockBlockchainInterface {
    return this
  }
}

function nameToKey(name: string): string {
  const bytes = hexToBytes(`0x${name}`)
  invariant(bytes !== undefined, 'precompiles are named in hexadecimal')
  return bytesToKey(bytes)
}

/**
 * The EVM without a place to work: the expensive part of a machine (measured: 1 to 3 ms), which can serve in one place
 * after another.
 */
export class MachineCore {
  readonly #evm: EVM
  readonly #state = new EvmStateManager(NOWHERE)
  readonly #blockHashes = new BlockHashes()
  readonly #transactions: TransactionRules
  readonly #journal: AccessJournal
  readonly #precompileNames: readonly string[]
  readonly #precompiles: ReadonlySet<string>
  readonly #pacer = new StepPacer()
  #answers: AnswerSource | undefined

  constructor({ rules, common, inference, pairing }: MachineTools) {
    this.#transactions = rules.transactions
    // Not by createEVM, which puts its own curve over the one it is given.
    this.#evm = new EVM({
      common,
      stateManager: this.#state,
      blockchain: this.#blockHashes,
      bn254: pairingCurve,
      customPrecompiles: [
        ...rules.precompiles({ pause: () => this.#pacer.pause?.(), pairing }),
        ...inferencePrecompiles(inference, () => this.#answers),
      ],
    })
    paceEvm(this.#evm, this.#pacer)
    this.#precompileNames = [...this.#evm.precompiles.keys()].sort()
    this.#precompiles = new Set(this.#precompileNames.map(nameToKey))
    this.#journal = new AccessJournal(this.#state, new Set(this.#precompileNames))
    // All public members of the class are there; the type also has private ones.
    this.#evm.journal = this.#journal as unknown as EVM['journal']
    // Each EVM listens to the shared table for a change of rules that never comes, which would keep it alive, world and
    // all.
    common.events.removeAllListeners('hardforkChanged')
  }

  /** Moves the machine to a place. The one in the place before must not be used any more. */
  moveTo({ world, environment, blockHash, pause, answers }: MachinePlace): Machine {
    this.#pacer.pause = pause
    this.#answers = answers
    this.#state.moveTo(world)
    this.#blockHashes.lookup = blockHash
    return {
      evm: this.#evm,
      transactions: this.#transactions,
      world,
      environment,
      pause,
      block: {
        header: {
          number: environment.number,
          coinbase: new EvmAddress(environment.beneficiary),
          timestamp: environment.timestamp,
          difficulty: 0n,
          prevRandao: environment.prevRandao,
          gasLimit: environment.gasLimit,
          baseFeePerGas: environment.baseFeePerGas,
          slotNumber: 0n,
          getBlobGasPrice: () => BLOB_BASE_FEE,
        },
      },
      precompiles: this.#precompiles,
      precompileNames: this.#precompileNames,
    }
  }

  /** Lets go of the place, so that its world is not kept. */
  leave(): void {
    this.#journal.stopReportingAccessList()
    this.#state.moveTo(NOWHERE)
    this.#blockHashes.lookup = () => undefined
    this.#pacer.pause = undefined
    this.#answers = undefined
  }
}

/** Makes the EVM for one block or call. */
export async function createMachine({ tools, ...place }: MachineOptions): Promise<Machine> {
  return new MachineCore(tools).moveTo(place)
}

// Once for all machines: chain and rule set do not matter for it.
await replaceLoop(createEvmCommon(1n, RULE_SETS.cancun))
