import { AppError } from '../errors/app-error.ts'
import { bytesToHex } from '../hex.ts'
import { withDefault } from '../wire/choice-fields.ts'
import type { Fault, Field, JsonField, JsonValue } from '../wire/field.ts'
import { listField } from '../wire/list-field.ts'
import {
  addressField,
  bytesField,
  hashField,
  nameField,
  uint64Field,
  uint256Field,
  uintField,
} from '../wire/scalar-fields.ts'
import { type Extended, extensibleField, type FieldTable, structField, structJson } from '../wire/struct-field.ts'
import { forksField, scheduleFaults } from './fork-field.ts'
import type { GenesisAccount, GenesisParams, NetworkParams, StorageSlot } from './network-params.ts'
import { ruleContradictions } from './rule-contradictions.ts'
import { type LaterRules, laterRuleFields, ruleFields } from './rule-fields.ts'

/** Ethereum's bound on deployed code (EIP-170). */
const MAX_CODE_BYTES = 24_576
/** Accounts and slots of a genesis: enough for a snapshot of a small network, small enough to hash at every start. */
const MAX_GENESIS_ENTRIES = 10_000
/** Wallets hold chain ids in doubles and compute 2 x id + 36 from them. */
const MAX_CHAIN_ID: bigint = (1n << 52n) - 1n
const MAX_NAME = 32

const slot: Field<StorageSlot> = structField<StorageSlot>({ key: hashField, value: uintField((1n << 256n) - 1n, 1n) })

const account: Field<GenesisAccount> = structField<GenesisAccount>({
  address: addressField,
  balance: withDefault(uint256Field, 0n),
  nonce: withDefault(uint64Field, 0n),
  code: withDefault(bytesField(MAX_CODE_BYTES), new Uint8Array(0)),
  storage: withDefault(listField(slot, MAX_GENESIS_ENTRIES), []),
})

const genesis: Field<GenesisParams> = structField<GenesisParams>({
  timestamp: uintField((1n << 40n) - 1n),
  accounts: listField(account, MAX_GENESIS_ENTRIES),
})

/** What every network begins with. */
type CommittedParams = Omit<NetworkParams, 'forks' | keyof LaterRules>

const committed: FieldTable<CommittedParams> = {
  name: nameField(MAX_NAME),
  chainId: uintField(MAX_CHAIN_ID, 1n),
  ...ruleFields,
  genesis,
}

/** What is hashed into the genesis block: all parameters except the forks, which nobody knows at the beginning. */
export const committedParamsField: Field<Extended<CommittedParams, LaterRules>> = extensibleField<
  CommittedParams,
  LaterRules
>(committed, laterRuleFields)

/** Parameters in JSON. A network without forks leaves the member out, as it did before there could be any. */
const paramsJson: JsonField<Extended<CommittedParams, LaterRules & Pick<NetworkParams, 'forks'>>> = structJson<
  CommittedParams,
  LaterRules & Pick<NetworkParams, 'forks'>
>(committed, { ...laterRuleFields, forks: forksField })

/** Members that contradict each other, which no single one can show. */
function contradictions(params: NetworkParams): Fault[] {
  const faults: Fault[] = []
  const { gas, genesis } = params
  if (gas.initialLimit < gas.minLimit) {
    faults.push({
      path: 'gas.initialLimit',
      expected: `at least gas.minLimit (${gas.minLimit})`,
      actual: `${gas.initialLimit}`,
    })
  }
  faults.push(
    ...repeats(
      genesis.accounts.map(({ address }) => bytesToHex(address)),
      'genesis.accounts',
    ),
  )
  genesis.accounts.forEach(({ storage }, index) => {
    faults.push(
      ...repeats(
        storage.map(({ key }) => bytesToHex(key)),
        `genesis.accounts[${index}].storage`,
      ),
    )
  })
  const schedule = scheduleFaults(params.forks)
  return [...faults, ...schedule, ...(schedule.length === 0 ? ruleContradictions(params) : [])]
}

function repeats(keys: readonly string[], path: string): Fault[] {
  const seen = new Set<string>()
  const faults: Fault[] = []
  keys.forEach((key, index) => {
    if (seen.has(key))
      faults.push({ path: `${path}[${index}]`, expected: 'each entry once', actual: 'a repeated entry' })
    seen.add(key)
  })
  return faults
}

/** The parameters of a network could not be read. `faults` names all that is wrong, not only the first. */
export class NetworkParamsError extends AppError<'NETWORK_PARAMS_INVALID'> {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    const lines = faults.map(({ path, expected, actual }) => `  ${path}: expected ${expected}, got ${actual}`)
    super('NETWORK_PARAMS_INVALID', `${faults.length} fault(s) in the network parameters:\n${lines.join('\n')}`, {
      hint: 'Compare with a built-in network: poai genesis show devnet',
    })
    this.faults = faults
  }
}

/** The parameters in a parsed JSON document. Throws a {@link NetworkParamsError} with every fault. */
export function parseNetworkParams(json: unknown): NetworkParams {
  const faults: Fault[] = []
  const read = paramsJson.fromJson(json, '', (fault) => faults.push(fault))
  const params: NetworkParams | undefined = read && { ...read, forks: read.forks ?? [] }
  if (params !== undefined) faults.push(...contradictions(params))
  if (params === undefined || faults.length > 0) throw new NetworkParamsError(faults)
  return params
}

/** The document that {@link parseNetworkParams} reads back to the same parameters. */
export function networkParamsToJson(params: NetworkParams): JsonValue {
  const { forks, ...rest } = params
  return paramsJson.toJson(forks.length === 0 ? rest : params)
}
