import { randomBytes } from 'node:crypto'
import { toQuantity } from '@poai/api'
import { bytesToUint, type Hex } from '@poai/core'

const ID_BYTES = 16

/**
 * The id of a filter or subscription, which nobody can guess. A quantity, as the public schemas want it and as geth
 * does it: it is shorter where the random bytes begin with zeros.
 */
export function newSubscriptionId(random: (size: number) => Uint8Array = randomBytes): Hex {
  return toQuantity(bytesToUint(random(ID_BYTES)))
}
