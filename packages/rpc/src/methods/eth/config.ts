import { type Method, method, SCHEMAS, toQuantity } from '@poai/api'
import type { CapabilitiesJson, ConfigsJson } from '@poai/api/client'
import {
  bytesToHex,
  forkIdAt,
  type Hardfork,
  type Hex,
  INFERENCE_ADDRESSES,
  type Rules,
  rulesAt,
  rulesOf,
} from '@poai/core'
import { HISTORY_CONTRACT, precompilesOf } from '@poai/execution'
import type { MethodContext } from '../method-context.ts'

/** EIP-7910's names of precompiles, and those of this chain's own, by their addresses. */
const PRECOMPILE_NAMES: ReadonlyMap<bigint, string> = new Map([
  [0x1n, 'ECREC'],
  [0x2n, 'SHA256'],
  [0x3n, 'RIPEMD160'],
  [0x4n, 'ID'],
  [0x5n, 'MODEXP'],
  [0x6n, 'BN254_ADD'],
  [0x7n, 'BN254_MUL'],
  [0x8n, 'BN254_PAIRING'],
  [0x9n, 'BLAKE2F'],
  [0xan, 'KZG_POINT_EVALUATION'],
  [0xbn, 'BLS12_G1ADD'],
  [0xcn, 'BLS12_G1MSM'],
  [0xdn, 'BLS12_G2ADD'],
  [0xen, 'BLS12_G2MSM'],
  [0xfn, 'BLS12_PAIRING_CHECK'],
  [0x10n, 'BLS12_MAP_FP_TO_G1'],
  [0x11n, 'BLS12_MAP_FP2_TO_G2'],
  [0x100n, 'P256VERIFY'],
  [INFERENCE_ADDRESSES.generate, 'POAI_GENERATE'],
  [INFERENCE_ADDRESSES.replay, 'POAI_REPLAY'],
])

/** Contracts that rules write to, by EIP-7910's names. */
const SYSTEM_CONTRACTS: Readonly<Record<Hardfork, Readonly<Record<string, Hex>>>> = {
  cancun: {},
  osaka: { HISTORY_STORAGE_ADDRESS: bytesToHex(HISTORY_CONTRACT) },
}

const FORK_ID_BYTES = 4
/** No blobs (ADR 13). */
const NO_BLOBS = { baseFeeUpdateFraction: 0, max: 0, target: 0 } as const

/** By which rules the chain goes, and how much of it this node has. */
export function configMethods(context: MethodContext): readonly Method[] {
  return [
    method({
      name: 'eth_config',
      summary: 'The rules now, next and last (EIP-7910); forks have heights here, so times to come are estimates',
      params: [],
      result: SCHEMAS.configs,
      run: () => configs(context),
    }),
    method({
      name: 'eth_capabilities',
      summary: 'From which blocks on this node has states, transactions and proofs',
      params: [],
      result: SCHEMAS.capabilities,
      run: () => capabilities(context),
    }),
  ]
}

function configs(context: MethodContext): ConfigsJson {
  const { params, chain } = context
  const ladder = rulesOf(params)
  const current = rulesAt(params, chain.head().number)
  const [next, last] = [ladder[ladder.indexOf(current) + 1], ladder.at(-1)]
  const show = (rules: Rules): ConfigsJson['current'] => showRules(context, rules)
  return {
    current: show(current),
    next: next === undefined ? null : show(next),
    last: next === undefined || last === undefined ? null : show(last),
  }
}

function showRules(context: MethodContext, rules: Rules): ConfigsJson['current'] {
  const { params } = context
  return {
    activationTime: Number(timeOf(context, rules)),
    blobSchedule: NO_BLOBS,
    chainId: toQuantity(params.chainId),
    forkId: bytesToHex(forkIdAt(params, rules.since).hash.subarray(0, FORK_ID_BYTES)),
    precompiles: Object.fromEntries(
      precompilesOf(rules).map((address) => [
        PRECOMPILE_NAMES.get(BigInt(bytesToHex(address))) ?? bytesToHex(address),
        bytesToHex(address),
      ]),
    ),
    systemContracts: SYSTEM_CONTRACTS[rules.hardfork],
  }
}

/** Of the first block that the rules judge; of one that is to come, when it would come at the usual spacing. */
function timeOf({ params, chain, view }: MethodContext, { since }: Rules): bigint {
  const known = view.header({ kind: 'number', number: since })
  if (known !== undefined) return known.header.timestamp
  const { number, timestamp } = chain.head()
  const { spacingSeconds } = rulesAt(params, number).difficulty
  return timestamp + (since - number) * BigInt(spacingSeconds)
}

function capabilities({ chain, trieNodes, view }: MethodContext): CapabilitiesJson {
  const { number, hash } = chain.head()
  const { oldestState, oldestBlock, states, blocks } = chain.queries.keptHeights()
  const inBlocks = span(oldestBlock, blocks)
  return {
    head: { number: toQuantity(number), hash: bytesToHex(hash) },
    state: span(oldestState, states),
    ...{ tx: inBlocks, logs: inBlocks, receipts: inBlocks, blocks: inBlocks },
    stateproofs: trieNodes === undefined ? { disabled: true } : span(view.headNumber, 1n),
  }
}

function span(oldest: bigint, window: bigint | 'all'): CapabilitiesJson['state'] {
  const kept = { disabled: false, oldestBlock: toQuantity(oldest) }
  if (window === 'all') return kept
  return { ...kept, deleteStrategy: { type: 'window', retentionBlocks: toQuantity(window) } }
}
