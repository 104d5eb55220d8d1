/**
 * Trees of blocks for tests: real work by whatever evaluates exams, real states, forks at will, and a block for every
 * rule to break.
 *
 * @example
 * import { createFakeEngine } from '@poai/inference'
 * import { ChainGenerator } from '@poai/testing/chain'
 * const engine = createFakeEngine()
 * await engine.start()
 * const generator = new ChainGenerator({ evaluator: engine })
 * const [first] = await generator.grow(generator.genesis, 3)
 */

export { CALLABLE_QUIZ, callingNetwork } from './calling-network.ts'
export { calllessDevnet } from './callless-devnet.ts'
export { type BlockPlan, ChainGenerator, type ChainGeneratorOptions, type GeneratedBlock } from './chain-generator.ts'
export { type ContractCall, ContractChain, type SentCall } from './contract-chain.ts'
export { easyDevnet } from './easy-devnet.ts'
export { type AskedEngine, engineAnswers } from './engine-answers.ts'
export { FORK_NUMBER, forkingNetwork } from './forking-network.ts'
export { FORWARDER_CODE, FORWARDER_CREATION } from './forwarder.ts'
export { INVALID_BLOCK_CODES, type InvalidBlock, invalidBlock } from './invalid-blocks.ts'
export { MemoryState } from './memory-state.ts'
export { rootOf, SCRIPTED_MODEL, type ScriptedModel, scriptedModel } from './scripted-model.ts'
export { CODED_WALLET, LOGGER_WALLET, testNetwork, WALLETS } from './test-network.ts'
export { type AuthorizationPlan, signTransaction, type TransactionPlan, testWallet, type Wallet } from './wallets.ts'
