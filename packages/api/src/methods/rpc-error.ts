import type { JsonValue } from '@poai/core'

/** The numbers of JSON-RPC 2.0, EIP-1474 and what geth made customary, by what they mean. */
export const RPC_CODES = {
  parseError: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internal: -32_603,
  /** Something about the call, not about the node, was refused: the text says what. */
  serverError: -32_000,
  notFound: -32_001,
  unavailable: -32_002,
  transactionRejected: -32_003,
  unsupported: -32_004,
  limitExceeded: -32_005,
  /** The EVM undid the call; `data` is what it returned. */
  reverted: 3,
  /** The node does not keep data that old. */
  pruned: 4444,
} as const

export type RpcCodeName = keyof typeof RPC_CODES

/** What a client is told when a call fails: `message` and `data` leave the node as they are. */
export class RpcError extends Error {
  readonly code: number
  readonly data: JsonValue | undefined

  constructor(
    name: RpcCodeName,
    message: string,
    options: { readonly data?: JsonValue; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'RpcError'
    this.code = RPC_CODES[name]
    this.data = options.data
  }
}

/** Arguments that cannot be what the method wants. `path` says where. */
export function invalidParams(path: string, expected: string): RpcError {
  return new RpcError('invalidParams', `invalid ${path}: expected ${expected}`)
}
