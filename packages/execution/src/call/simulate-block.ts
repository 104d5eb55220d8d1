import type { Address, Transaction } from '@poai/core'
import type { BlockEnvironment, BlockHashLookup } from '../evm/block-environment.ts'
import type { MachineTools } from '../evm/create-machine.ts'
import type { MachinePool } from '../evm/machine-pool.ts'
import { type MessageOutcome, runMessage } from '../evm/run-message.ts'
import type { Pause } from '../evm/step-pacer.ts'
import type { AnswerSource } from '../inference/answer-source.ts'
import { runWatched } from '../trace/run-watched.ts'
import type { TraceHooks } from '../trace/trace-hooks.ts'
import { applyTransaction, type SentTransaction } from '../transaction/apply-transaction.ts'
import { type TransactionPlace, validateTransaction } from '../transaction/validate-transaction.ts'
import type { ImaginedState } from './imagined-state.ts'

/** Where a simulated block begins. */
export interface SimulatedPlace {
  readonly state: ImaginedState
  readonly environment: BlockEnvironment
  readonly blockHash: BlockHashLookup
  /** See `MachinePlace`. What it throws ends the simulation. */
  readonly pause?: Pause | undefined
  /** See `MachinePlace`. */
  readonly answers?: AnswerSource | undefined
}

/** How a transaction of a simulated block is executed. */
export interface SimulationOptions {
  /** The block's gas limit less what was used. */
  readonly gasLeft: bigint
  /**
   * True: its nonce, fee and gas limit must be right, as in a real block. The sender may be a contract either way:
   * nobody signs what is simulated.
   */
  readonly isStrict: boolean
  /** For whoever watches it; without them it is faster. */
  readonly hooks?: TraceHooks | undefined
}

/** A simulated block: its transactions build on each other. */
export interface SimulatedBlock {
  nonceOf(address: Address): bigint
  /** Throws a `RuleError`, with nothing changed, if it cannot be the block's next. */
  run(sent: SentTransaction, options: SimulationOptions): Promise<MessageOutcome>
}

/** What the block's rule set is executed with. */
interface SimulationTools {
  readonly tools: Pick<MachineTools, 'rules'>
  readonly machines: MachinePool
}

const NO_CODE: Uint8Array = new Uint8Array(0)

/** Begins a block and lends it to `work`: what the block does stays in the imagined state. */
export async function simulateBlock<T>(
  { tools, machines }: SimulationTools,
  { state, ...place }: SimulatedPlace,
  work: (block: SimulatedBlock) => Promise<T>,
): Promise<T> {
  const { world } = state
  const { environment, blockHash } = place
  tools.rules.beginBlock(world, { number: environment.number, blockHash })
  return machines.use({ ...place, world }, (machine) =>
    work({
      nonceOf: (address) => world.account(address)?.nonce ?? 0n,
      run: (sent, { gasLeft, isStrict, hooks }) =>
        applyTransaction(machine, sent, {
          gasLeft,
          validate: isStrict ? validateUnsigned : validateLoosely,
          run: hooks === undefined ? runMessage : runWatched(hooks),
        }),
    }),
  )
}

function validateUnsigned(transaction: Transaction, place: TransactionPlace): void {
  validateTransaction(transaction, { ...place, senderCode: NO_CODE })
}

/** Only what execution itself needs: a type that it knows, gas, and the coins that are spent. */
function validateLoosely(transaction: Transaction, place: TransactionPlace): void {
  const { nonce, maxFeePerGas } = transaction
  const baseFeePerGas = maxFeePerGas < place.baseFeePerGas ? maxFeePerGas : place.baseFeePerGas
  validateUnsigned(transaction, {
    ...{ ...place, baseFeePerGas, sender: { ...place.sender, nonce } },
    rules: { ...place.rules, maxGas: undefined },
  })
}
