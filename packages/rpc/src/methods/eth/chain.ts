import { listSchema, type Method, method, RESULTS, SCHEMAS, toQuantity } from '@poai/api'
import type { MethodContext } from '../method-context.ts'

/** Which chain the node is on, and how far. */
export function chainMethods({ params, sync }: MethodContext): readonly Method[] {
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
  ]
}

/** Answers that are the same on every node. */
export function constantMethods(): readonly Method[] {
  return [
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
