import type { Common } from '@ethereumjs/common'
import { type CustomPrecompile, EVM, type EVMMockBlockchainInterface, type EVMRunCallOpts } from '@ethereumjs/evm'
import { Address as EvmAddress } from '@ethereumjs/util'
import { ADDRESS_BYTES, type Hash32, hexToBytes, invariant, toAddress, uintToBytes } from '@poai/core'
import { bytesToKey } from '../state/byte-key.ts'
import { ExecutionError } from '../state/execution-error.ts'
import type { WorldState } from '../state/world-state.ts'
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

/** What a machine is made of. */
export interface MachineOptions {
  /** Shared by all machines of a chain. */
  readonly common: Common
  readonly world: WorldState
  readonly environment: BlockEnvironment
  readonly blockHash: BlockHashLookup
}

/** In the place of EthereumJS's, which does 64-bit arithmetic in JavaScript's numbers. */
const BLAKE2F: CustomPrecompile = {
  address: new EvmAddress(toAddress(uintToBytes(9n, ADDRESS_BYTES))),
  function: blake2f,
}

/** No blobs, so their price never leaves its minimum (EIP-4844, EIP-7516). */
const BLOB_BASE_FEE = 1n

/** The EVM asks only for the last 256 blocks, all of which the chain must know. */
function blockHashes(lookup: BlockHashLookup): EVMMockBlockchainInterface {
  const chain: EVMMockBlockchainInterface = {
    getBlock: (number) => {
      const hash: Hash32 | undefined = lookup(BigInt(number))
      if (hash === undefined) {
        throw new ExecutionError('EXECUTION_STATE_MISSING', 'the hash of a recent block is missing', {
          actual: `nothing at number ${number}`,
        })
      }
      return Promise.resolve({ hash: () => hash })
    },
    putBlock: () => Promise.resolve(),
    shallowCopy: () => chain,
  }
  return chain
}

function nameToKey(name: string): string {
  const bytes = hexToBytes(`0x${name}`)
  invariant(bytes !== undefined, 'precompiles are named in hexadecimal')
  return bytesToKey(bytes)
}

/** Makes the EVM for one block or call. (Measured: 1 to 3 ms.) */
export async function createMachine(options: MachineOptions): Promise<Machine> {
  const { common, world, environment, blockHash } = options
  const stateManager = new EvmStateManager(world)
  // Not by createEVM, which puts its own curve over the one it is given.
  const evm = new EVM({
    common,
    stateManager,
    blockchain: blockHashes(blockHash),
    bn254: pairingCurve,
    customPrecompiles: [BLAKE2F],
  })
  // All public members of the class are there; the type also has private ones.
  evm.journal = new AccessJournal(stateManager) as unknown as EVM['journal']
  // Each EVM listens to the shared table for a change of rules that never comes, and would be kept alive by it, world and all.
  common.events.removeAllListeners('hardforkChanged')
  const precompileNames = [...evm.precompiles.keys()].sort()
  return {
    evm,
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
    precompiles: new Set(precompileNames.map(nameToKey)),
    precompileNames,
  }
}
