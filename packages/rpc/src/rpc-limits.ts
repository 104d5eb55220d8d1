import { DISPATCH_DEFAULTS, type DispatchLimits } from './dispatch/dispatcher.ts'
import { CLIENT_MEMORY_DEFAULTS, type ClientMemoryLimits } from './server/client-memory.ts'

/** Every bound of the server, and what it protects from. */
export interface RpcLimits extends DispatchLimits, ClientMemoryLimits {
  /** Bytes of a request: a batch of large transactions. */
  readonly maxBodyBytes: number
  /** Gas of `eth_call` and similar methods: what one call may cost the node. */
  readonly maxCallGas: bigint
  /** Blocks that `eth_feeHistory` looks at, as in geth. */
  readonly maxFeeHistoryBlocks: number
  /** Connections, HTTP and WebSocket together. */
  readonly maxConnections: number
  /** Unanswered calls of one connection; beyond that it is not read any further. */
  readonly maxPendingPerConnection: number
}

/** What public nodes of Ethereum allow. */
export const RPC_DEFAULTS: RpcLimits = {
  ...DISPATCH_DEFAULTS,
  ...CLIENT_MEMORY_DEFAULTS,
  maxBodyBytes: 5 * 1024 * 1024,
  maxCallGas: 50_000_000n,
  maxFeeHistoryBlocks: 1024,
  maxConnections: 12_000,
  maxPendingPerConnection: 64,
}
