import { listSchema, type Method, method, RESULTS, requirePart, SCHEMAS, toQuantity } from '@poai/api'
import { bytesToHex } from '@poai/core'
import type { MethodContext } from '../method-context.ts'

/** What a proof-of-work node says of itself. */
export function miningMethods({ params, miner, sync }: MethodContext): readonly Method[] {
  return [
    method({
      name: 'eth_chainId',
      summary: 'The chain id that transactions are signed for',
      params: [],
      result: RESULTS.quantity,
      run: () => toQuantity(params.chainId),
    }),
    method({
      name: 'eth_syncing',
      summary: 'False, or how far the node has caught up',
      params: [],
      result: { oneOf: [RESULTS.flag, SCHEMAS.syncing] },
      run: () => {
        const progress = sync?.()
        if (progress === undefined) return false
        return {
          startingBlock: toQuantity(progress.startingBlock),
          currentBlock: toQuantity(progress.currentBlock),
          highestBlock: toQuantity(progress.highestBlock),
          poai: progress.details,
        }
      },
    }),
    method({
      name: 'eth_mining',
      summary: 'True while the node makes attempts',
      params: [],
      result: RESULTS.flag,
      run: () => miner?.isMining() ?? false,
    }),
    method({
      name: 'eth_hashrate',
      summary: 'Attempts a second of the node: each is one forward pass of the model',
      params: [],
      result: RESULTS.quantity,
      run: () => toQuantity(Math.round(miner?.attemptsPerSecond() ?? 0)),
    }),
    method({
      name: 'eth_coinbase',
      summary: 'Who gets the rewards of the blocks that this node mines',
      params: [],
      result: RESULTS.address,
      run: () => bytesToHex(requirePart(miner, 'miner').beneficiary()),
    }),
    method({
      name: 'eth_accounts',
      summary: 'Always empty: the node holds no keys',
      params: [],
      result: listSchema(RESULTS.address),
      run: () => [],
    }),
    method({
      name: 'eth_protocolVersion',
      summary: 'The version of the wire protocol',
      params: [],
      result: RESULTS.quantity,
      run: () => toQuantity(1),
    }),
  ]
}
