import type { JsonValue } from '@poai/core'

/** The numbers of JSON-RPC 2.0, of EIP-1474 and of geth, by what they mean. */
export const RPC_CODES = {
  parseError: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internal: -32_603,
  /** The call was refused for a reason of its own, not the node's: the text says why. */
  serverError: -32_000,
  notFound: -32_001,
  unavailable: -32_002,
  transactionRejected: -32_003,
  unsupported: -32_004,
  limitExceeded: -32_005,
  /** The EVM reverted the call; `data` is what it returned. */
  reverted: 3,
  /** EIP-7966: sent, and not mined in the time given; `data` is its hash. */
  notMinedInTime: 4,
  /** The node does not keep data that old. */
  pruned: 4444,
  // What a simulated block cannot hold, as execution-apis number it.
  nonceTooLow: -38_010,
  nonceTooHigh: -38_011,
  feeBelowBase: -38_012,
  intrinsicGasTooLow: -38_013,
  insufficientFunds: -38_014,
  blockGasExceeded: -38_015,
  blockNumbersNotRising: -38_020,
  blockTimesNotRising: -38_021,
  initCodeTooLarge: -38_025,
  simulationTooLarge: -38_026,
} as const

export type RpcCodeName = keyof typeof RPC_CODES

/** What a client is told when a call fails: `message` and `data` are sent as they are. */
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

/** The error for an argument that does not fit. `path` says which. */
export function invalidParams(path: string, expected: string): RpcError {
  return new RpcError('invalidParams', `invalid ${path}: expected ${expected}`)
}
