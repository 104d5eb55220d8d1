import type { GasParams } from '@poai/core'

/**
 * What a block's gas limit moves from: its parent's. A fork may have raised the least one above that; steps alone would
 * then never reach it, and the chain would end.
 */
export function gasLimitBefore(gas: GasParams, parentLimit: bigint): bigint {
  return parentLimit < gas.minLimit ? gas.minLimit : parentLimit
}
