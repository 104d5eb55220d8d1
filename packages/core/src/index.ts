/**
 * What every package speaks: bytes, hashes, errors, wire types with their one encoding, network parameters and genesis,
 * and the small interfaces to the outside (log, clock, store). Pure: same bytes in, same answer out, on every machine.
 *
 * @example
 * import { bytesToHex, devnet, genesisHash } from '@poai/core'
 * console.log(devnet.name, bytesToHex(genesisHash(devnet)))
 */

export type { Address, Bloom, Hash32 } from './branded.ts'
export {
  ADDRESS_BYTES,
  addressToChecksumHex,
  BLOOM_BYTES,
  HASH_BYTES,
  hash32,
  toAddress,
  toBloom,
  toHash32,
  ZERO_ADDRESS,
  ZERO_HASH,
} from './branded.ts'
export { bytesToUint, compareBytes, concatBytes, equalBytes, joinBytes, uintToBytes, utf8ToBytes } from './bytes.ts'
export type { Clock } from './clock.ts'
export { type Defined, defined } from './defined.ts'
export { Emitter, type Subscribe, type Unsubscribe } from './emitter.ts'
export { AppError, type AppErrorDetails } from './errors/app-error.ts'
export { InvariantError, invariant } from './errors/invariant-error.ts'
export { RULE_VERDICTS, type RuleCode, type Verdict } from './errors/rule-codes.ts'
export { isPermanent, RuleError, type RuleMismatch, verdictOf } from './errors/rule-error.ts'
export { bytesToHex, type Hex, hex, hexToBytes } from './hex.ts'
export {
  answerField,
  answersRoot,
  callName,
  encodedBytesOf,
  type GenerateAnswer,
  type InferenceAnswer,
  isFailure,
  MAX_BLOCK_ANSWERS,
  type ReplayAnswer,
  returnDataOf,
  textOf,
} from './inference/inference-answer.ts'
export {
  decodeInferenceCall,
  encodeGenerate,
  encodeReplay,
  type GenerateCall,
  gasOfAnswer,
  gasToAsk,
  INFERENCE_ADDRESSES,
  INFERENCE_KINDS,
  type InferenceCall,
  type InferenceKind,
  MAX_CONTEXT_TOKENS,
  MAX_TEMPERATURE,
  type Prompting,
  type ReplayCall,
} from './inference/inference-call.ts'
export {
  BEGIN_TOKEN,
  BYTE_TOKENS,
  byteToToken,
  promptToTokens,
  SPECIAL_TOKENS,
  tokensToText,
} from './inference/text-format.ts'
export { keccak256 } from './keccak.ts'
export type { KeyValueStore, StoreChange, StoreRange } from './key-value-store.ts'
export { type LogData, type Logger, silentLogger } from './logger.ts'
export { BUILT_IN_NETWORKS, devnet, testnet } from './network/built-in-networks.ts'
export { joinTrust, trustOf } from './network/built-in-trust.ts'
export {
  type ForkId,
  type ForkStep,
  type ForkVerdict,
  forkIdAt,
  forkIdField,
  forkSteps,
  judgeForkId,
} from './network/fork-id.ts'
export {
  EMPTY_CODE_HASH,
  genesisHash,
  genesisHeader,
  genesisStateRoot,
  networkParamsHash,
} from './network/genesis.ts'
export {
  type CallableModel,
  type DifficultyParams,
  type ExamParams,
  type Fork,
  type GasParams,
  type GenesisAccount,
  type GenesisParams,
  HARDFORKS,
  type Hardfork,
  type InferenceParams,
  type LimitParams,
  type NetworkParams,
  type RewardParams,
  type RuleChanges,
  type RuleTable,
  type StorageSlot,
  type TimeParams,
  type WorkParams,
} from './network/network-params.ts'
export { NetworkParamsError, networkParamsToJson, parseNetworkParams } from './network/network-params-field.ts'
export { type Checkpoint, type NetworkTrust, NO_TRUST } from './network/network-trust.ts'
export { type RuleSchedule, type Rules, rulesAt, rulesOf } from './network/rules-at.ts'
export { decodeRlp, encodeRlp, MAX_RLP_DEPTH, MAX_RLP_ITEMS, type RlpItem } from './rlp.ts'
export { sha256 } from './sha256.ts'
export type { Startable } from './startable.ts'
export { EMPTY_TRIE_ROOT, orderedTrieRoot, type TrieEntry, trieRoot } from './trie-root.ts'
export {
  type Block,
  type BlockCodecs,
  type Body,
  createBlockCodecs,
  encodeBody,
  LATER_BODY_MEMBERS,
  type LaterBodyMembers,
  MAX_BLOCK_TRANSACTIONS,
  MAX_BODY_BYTES,
} from './wire/block.ts'
export { emptyBodyOf, isBodyOf, receiptsRoot, transactionsRoot } from './wire/body-roots.ts'
export { type Codec, rlpCodec } from './wire/codec.ts'
export type { Fault, Field, ItemField, JsonField, JsonValue } from './wire/field.ts'
export {
  type Header,
  headerCodec,
  headerHash,
  LATER_HEADER_MEMBERS,
  type LaterHeaderMembers,
  MAX_EXTRA_DATA_BYTES,
  MAX_HEADER_BYTES,
  MAX_LOSS_MICRO_NATS,
  type Seal,
  type SealedHeader,
  sealHash,
} from './wire/header.ts'
export { type LaterMember, type LaterMembers, misplacedMember } from './wire/later-members.ts'
export { listField } from './wire/list-field.ts'
export { bloomMayContain, bloomOfLogs, bloomTest, mergeBlooms } from './wire/logs-bloom.ts'
export { type Log, MAX_GAS_LIMIT, MAX_RECEIPT_BYTES, type Receipt, receiptCodec } from './wire/receipt.ts'
export {
  addressField,
  bytesField,
  hashField,
  nameField,
  numberField,
  uint64Field,
  uint256Field,
  uintField,
} from './wire/scalar-fields.ts'
export { type Extended, extensibleField, type FieldTable, structField } from './wire/struct-field.ts'
export {
  type AccessListEntry,
  type Authorization,
  type AuthorizationSignature,
  authorizationHash,
  createTransactionCodec,
  MAX_AUTHORIZATIONS,
  MAX_TRANSACTION_BYTES,
  type Transaction,
  type TransactionCodec,
  type TransactionSignature,
  type TransactionType,
} from './wire/transaction.ts'
