/**
 * The state transition: transactions on the EVM, receipts, and the Merkle Patricia root of the state, over a store that
 * is only known by two narrow interfaces, `StateReader` and `TrieNodeReader`. Pure: the same block on the same state
 * has the same outcome.
 *
 * @example
 * import { devnet } from '@poai/core'
 * import { createExecution, genesisState, prevRandaoOf, recoverSender } from '@poai/execution'
 * const execution = createExecution(devnet)
 * const { stateRoot } = genesisState(devnet.genesis.accounts) // and the changes that a store must write
 * const parent = { state, nodes, stateRoot }
 * const outcome = await execution.executeBlock({ ...parent, environment, blockHash, reward, transactions, senders })
 */

export type { Added, BlockBuilder, BuiltBlock } from './block/block-builder.ts'
export { HISTORY_CONTRACT } from './block/block-history.ts'
export type { BlockInput, BlockOutcome, ParentState } from './block/block-session.ts'
export type { EstimateInput, GasEstimate } from './call/estimate-gas.ts'
export type { CallInput, CallOutcome } from './call/execute-call.ts'
export { type AccountOverride, ImaginedState } from './call/imagined-state.ts'
export type { SimulatedBlock, SimulatedPlace, SimulationOptions } from './call/simulate-block.ts'
export {
  type BuildBlockInput,
  createExecution,
  type ExecuteBlockInput,
  type Execution,
  type ExecutionTools,
} from './create-execution.ts'
export { type BlockEnvironment, type BlockHashLookup, prevRandaoOf } from './evm/block-environment.ts'
export { BLOB_BASE_FEE } from './evm/create-machine.ts'
export { precompilesOf } from './evm/precompiles-of.ts'
export { computePairing, type PairingElsewhere } from './evm/resting-precompiles.ts'
export type { Message, MessageOutcome } from './evm/run-message.ts'
export type { Pause } from './evm/step-pacer.ts'
export { AnswerError, type AnswerSource } from './inference/answer-source.ts'
export { answersOfBody, type BodyAnswers } from './inference/body-answers.ts'
export { GAS_PER_ANSWER_BYTE } from './inference/inference-precompiles.ts'
export { type AnswerRecord, recordAnswers } from './inference/record-answers.ts'
export { transactionRulesAt } from './rule-sets.ts'
export { type Account, decodeAccount, encodeAccount, isEmptyAccount, NEW_ACCOUNT } from './state/account.ts'
export { ExecutionError, type ExecutionErrorCode } from './state/execution-error.ts'
export { genesisState } from './state/genesis-state.ts'
export type { AccountChange, CodeAddition, StateChanges, StateCommit, StorageChange } from './state/state-changes.ts'
export { EMPTY_STATE, type StateReader } from './state/state-reader.ts'
export type { StateReads } from './state/world-state.ts'
export type { TraceBlockInput, TransactionTrace } from './trace/trace-block.ts'
export type { FrameEnd, FrameStart, FrameType, TraceHooks, TraceLog, TraceStep } from './trace/trace-hooks.ts'
export type { SentTransaction } from './transaction/apply-transaction.ts'
export { createdAddress } from './transaction/created-address.ts'
export { delegateOf, delegationTo } from './transaction/delegation.ts'
export { effectiveGasPrice } from './transaction/effective-gas-price.ts'
export { recoverAuthority } from './transaction/recover-authority.ts'
export { recoverSender } from './transaction/recover-sender.ts'
export { type Secp256k1, secp256k1 } from './transaction/secp256k1.ts'
export {
  packSignatures,
  type RecoveryMeter,
  recoverPackedSenders,
  type SenderRecovery,
  unpackSenders,
} from './transaction/sender-recovery.ts'
export { leastGas, type PricedTransaction, type TransactionRules } from './transaction/transaction-rules.ts'
export { maySend } from './transaction/validate-transaction.ts'
export { type AccountProof, type ProofRequest, proveAccount, type SlotProof } from './trie/prove-account.ts'
export {
  type NibblePath,
  NO_TRIE_NODES,
  type TrieNodeChange,
  type TrieNodeReader,
  type TrieOwner,
} from './trie/trie-nodes.ts'
