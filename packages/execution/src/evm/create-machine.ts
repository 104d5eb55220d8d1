import type { Common } from '@ethereumjs/common'
import { type CustomPrecompile, EVM, type EVMMockBlockchainInterface, type EVMRunCallOpts } from '@ethereumjs/evm'
import { Address as EvmAddress } from '@ethereumjs/util'
import { ADDRESS_BYTES, type Hash32, hexToBytes, invariant, toAddress, uintToBytes } from '@poai/core'
import { bytesToKey } from '../state/byte-key.ts'
import { ExecutionError } from '../state/execution-error.ts'
import { EMPTY_STATE } from '../state/state-reader.ts'
import { WorldState } from '../state/world-state.ts'
import { AccessJournal } from './access-journal.ts'
import { blake2f } from './blake2f.ts'
import type { BlockEnvironment, BlockHashLookup } from './block-environment.ts'
import { EvmStateManager } from './evm-state-manager.ts'
import { pairingCurve } from './pairing-curve.ts'

/** The EVM over one world, in one block. */
export interface Machine {
  readonly evm: EVM
  readonly world: WorldState
  readonly environment: BlockEnvironment
  /** The environment as the EVM wants it. */
  readonly block: NonNullable<EVMRunCallOpts['block']>
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
  /** Asked at every jump of the code, and waited for if it wants that: so a long message can let others have their turn, or be given up by throwing. */
  readonly pause?: Pause | undefined
}

/** Undefined: go on. */
export type Pause = () => Promise<void> | undefined

/** What a machine is made of. */
export interface MachineOptions extends MachinePlace {
  /** Shared by all machines of a chain. */
  readonly common: Common
}

/** In the place of EthereumJS's, which does 64-bit arithmetic in JavaScript's numbers. */
const BLAKE2F: CustomPrecompile = {
  address: new EvmAddress(toAddress(uintToBytes(9n, ADDRESS_BYTES))),
  function: blake2f,
}

const JUMP = 0x56
const JUMPI = 0x57

/** Where a machine is that has nothing to do. */
const NOWHERE: WorldState = new WorldState(EMPTY_STATE)

/** No blobs, so their price never leaves its minimum (EIP-4844, EIP-7516). */
const BLOB_BASE_FEE = 1n

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

/** The EVM without a place to work: the dear part of a machine (measured: 1 to 3 ms), which can serve in one place after the other. */
export class MachineCore {
  readonly #evm: EVM
  readonly #state = new EvmStateManager(NOWHERE)
  readonly #blockHashes = new BlockHashes()
  readonly #precompileNames: readonly string[]
  readonly #precompiles: ReadonlySet<string>
  #pause: Pause | undefined

  constructor(common: Common) {
    // Not by createEVM, which puts its own curve over the one it is given.
    this.#evm = new EVM({
      common,
      stateManager: this.#state,
      blockchain: this.#blockHashes,
      bn254: pairingCurve,
      customPrecompiles: [BLAKE2F],
    })
    // All public members of the class are there; the type also has private ones.
    this.#evm.journal = new AccessJournal(this.#state) as unknown as EVM['journal']
    // Each EVM listens to the shared table for a change of rules that never comes, and would be kept alive by it, world and all.
    common.events.removeAllListeners('hardforkChanged')
    this.#precompileNames = [...this.#evm.precompiles.keys()].sort()
    this.#precompiles = new Set(this.#precompileNames.map(nameToKey))
  }

  /**
   * From now on asks the place's `pause` at every jump: no code runs for long without one, since without loops it is done when its bytes
   * are. Not for blocks, whose machine has better things to do.
   */
  askAtJumps(): this {
    // Each EVM has a table of its own.
    const table = this.#evm['_opcodeMap']
    for (const code of [JUMP, JUMPI]) {
      const entry = table[code]
      invariant(entry !== undefined, 'the EVM can jump')
      const { opHandler, opcodeInfo } = entry
      table[code] = {
        ...entry,
        opcodeInfo: { ...opcodeInfo, isAsync: true },
        opHandler: (runState, common) => {
          opHandler(runState, common)
          return this.#pause?.()
        },
      }
    }
    return this
  }

  /** The machine in a place; the one in the place before must not be used any more. */
  moveTo({ world, environment, blockHash, pause }: MachinePlace): Machine {
    this.#pause = pause
    this.#state.moveTo(world)
    this.#blockHashes.lookup = blockHash
    return {
      evm: this.#evm,
      world,
      environment,
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
    this.#state.moveTo(NOWHERE)
    this.#blockHashes.lookup = () => undefined
    this.#pause = undefined
  }
}

/** Makes the EVM for one block or call. */
export async function createMachine({ common, ...place }: MachineOptions): Promise<Machine> {
  return new MachineCore(common).moveTo(place)
}
