import { AppError } from '../errors/app-error.ts'
import { bytesToHex } from '../hex.ts'
import { MAX_BODY_BYTES } from '../wire/block.ts'
import { choiceField, withDefault } from '../wire/choice-fields.ts'
import { listField, structField } from '../wire/composite-fields.ts'
import type { Fault, Field, JsonValue } from '../wire/field.ts'
import { MAX_EXTRA_DATA_BYTES } from '../wire/header.ts'
import { MAX_GAS_LIMIT } from '../wire/receipt.ts'
import {
  addressField,
  bytesField,
  hashField,
  nameField,
  numberField,
  uint64Field,
  uint256Field,
  uintField,
} from '../wire/scalar-fields.ts'
import type {
  DifficultyParams,
  ExamParams,
  GasParams,
  GenesisAccount,
  GenesisParams,
  LimitParams,
  NetworkParams,
  RewardParams,
  StorageSlot,
  TimeParams,
  WorkParams,
} from './network-params.ts'

/** Ethereum's bound on deployed code (EIP-170). */
const MAX_CODE_BYTES = 24_576
/** Accounts and slots of a genesis: enough for a snapshot of a small network, small enough to hash at every start. */
const MAX_GENESIS_ENTRIES = 10_000
/** Wallets hold chain ids in doubles and compute 2 x id + 36 from them. */
const MAX_CHAIN_ID: bigint = (1n << 52n) - 1n
const MAX_NAME = 32
const DAY_SECONDS = 86_400

const exam: Field<ExamParams> = structField<ExamParams>({
  format: choiceField(['bytes-1']),
  tokens: numberField(4096, 32),
  answerTokens: numberField(256, 4),
  minSaltTokens: numberField(64, 11), // 11 x 6 bits: the least that makes a repeated prefix a matter of 2^64 attempts
  probes: numberField(16, 1),
})

const work: Field<WorkParams> = structField<WorkParams>({
  model: nameField(64),
  modelSha256: hashField,
  domain: nameField(64),
  vectorsSha256: hashField,
  exam,
  epochBlocks: uintField(1_000_000n, 1n),
})

const difficulty: Field<DifficultyParams> = structField<DifficultyParams>({
  initialTarget: uintField((1n << 256n) - 1n, 1n),
  easiestTarget: uintField((1n << 256n) - 1n, 1n),
  spacingSeconds: numberField(DAY_SECONDS, 1),
  halfLifeSeconds: numberField(30 * DAY_SECONDS, 1),
})

const time: Field<TimeParams> = structField<TimeParams>({
  medianSpan: numberField(101, 1),
  maxFutureSeconds: numberField(7_200, 1),
})

const gas: Field<GasParams> = structField<GasParams>({
  initialLimit: uintField(MAX_GAS_LIMIT, 5_000n),
  minLimit: uintField(MAX_GAS_LIMIT, 5_000n),
  limitDivisor: uintField(1n << 32n, 2n),
  elasticity: uintField(16n, 1n),
  initialBaseFee: uint64Field,
  baseFeeDivisor: uintField(1n << 32n, 2n),
})

const rewards: Field<RewardParams> = structField<RewardParams>({
  initialWei: uintField((1n << 96n) - 1n),
  halvingBlocks: uintField((1n << 40n) - 1n, 1n),
})

const limits: Field<LimitParams> = structField<LimitParams>({
  extraDataBytes: numberField(MAX_EXTRA_DATA_BYTES, 32), // the genesis block's holds a hash
  bodyBytes: numberField(MAX_BODY_BYTES, 1024),
})

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

/** The table of all parameters: what is read from JSON is what is hashed into the genesis block. */
export const networkParamsField: Field<NetworkParams> = structField<NetworkParams>({
  name: nameField(MAX_NAME),
  chainId: uintField(MAX_CHAIN_ID, 1n),
  hardfork: choiceField(['cancun']),
  work,
  difficulty,
  time,
  gas,
  rewards,
  limits,
  genesis,
})

/** What no single member can say: members that contradict each other. */
function contradictions(params: NetworkParams): Fault[] {
  const faults: Fault[] = []
  const { difficulty, gas, work, genesis } = params
  if (difficulty.initialTarget > difficulty.easiestTarget) {
    faults.push({
      path: 'difficulty.initialTarget',
      expected: 'at most difficulty.easiestTarget',
      actual: `${difficulty.initialTarget}`,
    })
  }
  if (gas.initialLimit < gas.minLimit) {
    faults.push({
      path: 'gas.initialLimit',
      expected: `at least gas.minLimit (${gas.minLimit})`,
      actual: `${gas.initialLimit}`,
    })
  }
  // Questions need room too: an exam of answers and salt alone cannot be drawn.
  const { tokens, answerTokens, minSaltTokens } = work.exam
  if (tokens < 2 * (answerTokens + minSaltTokens)) {
    faults.push({
      path: 'work.exam.tokens',
      expected: `at least ${2 * (answerTokens + minSaltTokens)} (twice answers and salt)`,
      actual: `${tokens}`,
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
  return faults
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
  const params = networkParamsField.fromJson(json, '', (fault) => faults.push(fault))
  if (params !== undefined) faults.push(...contradictions(params))
  if (params === undefined || faults.length > 0) throw new NetworkParamsError(faults)
  return params
}

/** The document that {@link parseNetworkParams} reads back to the same parameters. */
export function networkParamsToJson(params: NetworkParams): JsonValue {
  return networkParamsField.toJson(params)
}
