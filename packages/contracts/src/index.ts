/**
 * Contracts that call models: their ABIs, which viem infers types from, and what deploys them. The Solidity is in the
 * package's folder `solidity`, `Poai.sol` first.
 *
 * @example
 * import { cachedOracleAbi, cachedOracleBytecode, MODELS } from '@poai/contracts'
 * const args = [MODELS['quiz-1'], 13, 10n ** 15n] as const
 * const hash = await wallet.deployContract({ abi: cachedOracleAbi, bytecode: cachedOracleBytecode, args })
 */

export { cachedOracleAbi, cachedOracleBytecode } from './generated/cached-oracle.ts'
export { MODELS } from './generated/models.ts'
export { providersAbi, providersBytecode } from './generated/providers.ts'
export { quizBetAbi, quizBetBytecode } from './generated/quiz-bet.ts'
export { textAdventureAbi, textAdventureBytecode } from './generated/text-adventure.ts'
export {
  GENERATE_ADDRESS,
  GENERATE_INPUT,
  GENERATE_OUTPUT,
  REPLAY_ADDRESS,
  REPLAY_INPUT,
  REPLAY_OUTPUT,
} from './precompiles.ts'
