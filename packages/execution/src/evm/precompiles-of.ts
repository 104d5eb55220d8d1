import { getActivePrecompiles } from '@ethereumjs/evm'
import { type Address, type Hardfork, hexToBytes, invariant, toAddress } from '@poai/core'
import { RULE_SETS } from '../rule-sets.ts'
import { createEvmCommon } from './evm-common.ts'

/** Addresses whose code is built in under a rule set, in their order. */
export function precompilesOf(hardfork: Hardfork): readonly Address[] {
  const rules = RULE_SETS[hardfork]
  const place = { pause: () => undefined, pairing: undefined }
  const active = getActivePrecompiles(createEvmCommon(1n, rules), rules.precompiles(place))
  return [...active.keys()].sort().map((name) => {
    const bytes = hexToBytes(`0x${name}`)
    invariant(bytes !== undefined, 'precompiles are named in hexadecimal')
    return toAddress(bytes)
  })
}
