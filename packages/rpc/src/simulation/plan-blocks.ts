import { RpcError } from '@poai/api'
import { nextBaseFee } from '@poai/consensus'
import { type Header, type NetworkParams, rulesAt, ZERO_ADDRESS, ZERO_HASH } from '@poai/core'
import type { AccountOverride, BlockEnvironment } from '@poai/execution'
import { type BlockOverrides, type CallArguments, overrideEnvironment } from '../methods/eth/call-arguments.ts'

/** As geth, and the last that BLOCKHASH knows. */
export const MAX_SIMULATED_BLOCKS = 256

/** A block as the client describes it. */
export interface BlockCalls {
  readonly blockOverrides: Partial<BlockOverrides>
  readonly stateOverrides: readonly AccountOverride[]
  readonly calls: readonly Partial<CallArguments>[]
}

/** A block that is to be simulated. */
export type PlannedBlock = Partial<BlockCalls> & { readonly blockOverrides: Pick<BlockOverrides, 'number' | 'time'> }

/** The blocks with their heights and times, and with empty ones where heights were skipped. */
export function planBlocks(
  params: NetworkParams,
  base: Pick<Header, 'number' | 'timestamp'>,
  blocks: readonly Partial<BlockCalls>[],
): readonly PlannedBlock[] {
  const planned: PlannedBlock[] = []
  let { number, timestamp: time } = base
  const add = (block: Partial<BlockCalls>): void => {
    number++
    const next = block.blockOverrides?.time ?? time + BigInt(rulesAt(params, number).difficulty.spacingSeconds)
    if (next <= time) throw new RpcError('blockTimesNotRising', `block timestamps must be in order: ${next} <= ${time}`)
    time = next
    planned.push({ ...block, blockOverrides: { ...block.blockOverrides, number, time } })
  }
  for (const block of blocks) {
    const wanted = block.blockOverrides?.number ?? number + 1n
    if (wanted <= number)
      throw new RpcError('blockNumbersNotRising', `block numbers must be in order: ${wanted} <= ${number}`)
    if (wanted - base.number > MAX_SIMULATED_BLOCKS)
      throw new RpcError('simulationTooLarge', `too many blocks: at most ${MAX_SIMULATED_BLOCKS}`)
    while (number + 1n < wanted) add({})
    add(block)
  }
  return planned
}

/** What code in such a block is told of it. Without validation nobody has to pay a base fee. */
export function environmentAfter(
  params: NetworkParams,
  parent: Header,
  { blockOverrides, isStrict }: Pick<PlannedBlock, 'blockOverrides'> & { readonly isStrict: boolean },
): BlockEnvironment {
  const { number, time: timestamp } = blockOverrides
  const { gasLimit } = parent
  const baseFeePerGas = isStrict ? feeAfter(params, parent) : 0n
  const usual = { number, timestamp, gasLimit, baseFeePerGas, beneficiary: ZERO_ADDRESS, prevRandao: ZERO_HASH }
  return overrideEnvironment(usual, blockOverrides)
}

/** An override may leave a block without room for gas: the fee stays after it. */
function feeAfter(params: NetworkParams, parent: Header): bigint {
  const { gas } = rulesAt(params, parent.number + 1n)
  return parent.gasLimit < gas.elasticity ? parent.baseFeePerGas : nextBaseFee(params, parent)
}
