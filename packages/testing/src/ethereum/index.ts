/**
 * Stock EthereumJS, which ours is checked and measured against: its VM on its Merkle state.
 *
 * @example
 * import { EthereumChain } from '@poai/testing/ethereum'
 * const chain = await EthereumChain.create([], () => undefined, { chainId: 77n })
 */

export {
  describeReceipts,
  type EthereumBlock,
  EthereumChain,
  type EthereumChainOptions,
  type EthereumOutcome,
  type ParsedEthereumBlock,
} from './ethereum-chain.ts'
export { LevelTrieStore } from './level-trie-store.ts'
