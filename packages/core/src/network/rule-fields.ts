import { MAX_CONTEXT_TOKENS } from '../inference/inference-call.ts'
import { BYTE_TOKENS } from '../inference/text-format.ts'
import { MAX_BODY_BYTES } from '../wire/block.ts'
import { choiceField } from '../wire/choice-fields.ts'
import type { Field, JsonField } from '../wire/field.ts'
import { MAX_EXTRA_DATA_BYTES } from '../wire/header.ts'
import { listField } from '../wire/list-field.ts'
import { MAX_GAS_LIMIT } from '../wire/receipt.ts'
import { hashField, nameField, numberField, uint64Field, uintField } from '../wire/scalar-fields.ts'
import { type FieldTable, type JsonTable, structField, structJson } from '../wire/struct-field.ts'
import {
  type CallableModel,
  type DifficultyParams,
  type ExamParams,
  type GasParams,
  HARDFORKS,
  type InferenceParams,
  type LimitParams,
  type RewardParams,
  type RuleChanges,
  type RuleTable,
  type TimeParams,
  type WorkParams,
} from './network-params.ts'

const DAY_SECONDS = 86_400

const exam: FieldTable<ExamParams> = {
  format: choiceField(['bytes-1']),
  tokens: numberField(4096, 32),
  answerTokens: numberField(256, 4),
  minSaltTokens: numberField(64, 11), // 11 x 6 bits: the least that makes a repeated prefix a matter of 2^64 attempts
  probes: numberField(16, 1),
}

const work: FieldTable<Omit<WorkParams, 'exam' | 'epochBlocks'>> = {
  model: nameField(64),
  modelSha256: hashField,
  domain: nameField(64),
  vectorsSha256: hashField,
}

const epochBlocks = uintField(1_000_000n, 1n)

const difficulty: FieldTable<DifficultyParams> = {
  initialTarget: uintField((1n << 256n) - 1n, 1n),
  easiestTarget: uintField((1n << 256n) - 1n, 1n),
  spacingSeconds: numberField(DAY_SECONDS, 1),
  halfLifeSeconds: numberField(30 * DAY_SECONDS, 1),
}

const time: FieldTable<TimeParams> = {
  medianSpan: numberField(101, 1),
  maxFutureSeconds: numberField(7_200, 1),
}

const gasOfChain = {
  minLimit: uintField(MAX_GAS_LIMIT, 5_000n),
  limitDivisor: uintField(1n << 32n, 2n),
  elasticity: uintField(16n, 1n),
  baseFeeDivisor: uintField(1n << 32n, 2n),
}

const gas: FieldTable<GasParams> = {
  initialLimit: uintField(MAX_GAS_LIMIT, 5_000n),
  minLimit: gasOfChain.minLimit,
  limitDivisor: gasOfChain.limitDivisor,
  elasticity: gasOfChain.elasticity,
  initialBaseFee: uint64Field,
  baseFeeDivisor: gasOfChain.baseFeeDivisor,
}

const rewards: FieldTable<RewardParams> = {
  initialWei: uintField((1n << 96n) - 1n),
  halvingBlocks: uintField((1n << 40n) - 1n, 1n),
}

const limits: FieldTable<LimitParams> = {
  extraDataBytes: numberField(MAX_EXTRA_DATA_BYTES, 32), // the genesis block's holds a hash
  bodyBytes: numberField(MAX_BODY_BYTES, 1024),
}

/** Every full node loads all of them. */
const MAX_CALLABLE_MODELS = 8
const MAX_STOP_TOKENS = 16
const MAX_CALL_GAS = MAX_GAS_LIMIT

const callableModel: Field<CallableModel> = structField<CallableModel>({
  name: nameField(64),
  sha256: hashField,
  domain: nameField(64),
  vectorsSha256: hashField,
  format: choiceField(['bytes-1']),
  contextTokens: numberField(MAX_CONTEXT_TOKENS, 2),
  stopTokens: listField(numberField(BYTE_TOKENS - 1), MAX_STOP_TOKENS),
  // The least prices make a byte of an answer at least as expensive as one of a transaction.
  baseGas: uintField(MAX_CALL_GAS, 10_000n),
  promptTokenGas: uintField(MAX_CALL_GAS, 100n),
  outputTokenGas: uintField(MAX_CALL_GAS, 1_000n),
})

const inference: Field<InferenceParams> = structField<InferenceParams>({
  models: listField(callableModel, MAX_CALLABLE_MODELS),
})

/** Rules that came later: a network that leaves them out is written as it was before they came. */
export const laterRuleFields: FieldTable<LaterRules> = { inference }

/** Rules that a network may leave out. */
export type LaterRules = Pick<Required<RuleTable>, 'inference'>

/** The table of all other rules: what is read from JSON is what is hashed. */
export const ruleFields: FieldTable<Omit<RuleTable, keyof LaterRules>> = {
  hardfork: choiceField(HARDFORKS),
  work: structField<WorkParams>({ ...work, exam: structField(exam), epochBlocks }),
  difficulty: structField(difficulty),
  time: structField(time),
  gas: structField(gas),
  rewards: structField(rewards),
  limits: structField(limits),
}

/** An object that holds some of the members, and says what it may hold. */
function some<T extends object>(table: JsonTable<T>): JsonField<Partial<T>> {
  return structJson<object, T>({}, table)
}

/** What a fork changes: the same table, of which each member may be left out. */
export const ruleChangesField: JsonField<RuleChanges> = some<Required<RuleChanges>>({
  hardfork: ruleFields.hardfork,
  work: some<Required<Required<RuleChanges>['work']>>({ ...work, exam: some(exam), epochBlocks }),
  difficulty: some(difficulty),
  time: some(time),
  gas: some(gasOfChain),
  rewards: some(rewards),
  limits: some(limits),
  inference,
})
