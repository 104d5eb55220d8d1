import { getActivePrecompiles } from '@ethereumjs/evm'
import { type Address, hexToBytes, invariant, type RuleTable, toAddress } from '@poai/core'
import { inferencePrecompiles } from '../inference/inference-precompiles.ts'
import { RULE_SETS } from '../rule-sets.ts'
import { createEvmCommon } from './evm-common.ts'

/** Addresses whose code is built in under some rules, in their order. */
export function precompilesOf({ hardfork, inference }: Pick<RuleTable, 'hardfork' | 'inference'>): readonly Address[] {
  const rules = RULE_SETS[hardfork]
  const ethereum = rules.precompiles({ pause: () => undefined, pairing: undefined })
  const own = inferencePrecompiles(inference, () => undefined)
  const active = getActivePrecompiles(createEvmCommon(1n, rules), [...ethereum, ...own])
  return [...active.keys()].sort().map((name) => {
    const bytes = hexToBytes(`0x${name}`)
    invariant(bytes !== undefined, 'precompiles are named in hexadecimal')
    return toAddress(bytes)
  })
}
