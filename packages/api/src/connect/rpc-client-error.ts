import { AppError, type AppErrorDetails, type JsonValue } from '@poai/core'

/**
 * - `RPC_UNREACHABLE`: nobody answers there.
 * - `RPC_TIMEOUT`: somebody took the call and said nothing in time.
 * - `RPC_REFUSED`: the node answered with an error; `rpcCode` and `data` are its own.
 * - `RPC_MALFORMED`: what came back is not JSON-RPC, or not what the method answers.
 */
export type RpcClientErrorCode = 'RPC_UNREACHABLE' | 'RPC_TIMEOUT' | 'RPC_REFUSED' | 'RPC_MALFORMED'

/** A call that has no result. */
export class RpcClientError extends AppError<RpcClientErrorCode> {
  /** The number in the node's error object. */
  readonly rpcCode: number | undefined
  readonly data: JsonValue | undefined

  constructor(
    code: RpcClientErrorCode,
    message: string,
    details: AppErrorDetails & { readonly rpcCode?: number; readonly data?: JsonValue } = {},
  ) {
    super(code, message, details)
    this.rpcCode = details.rpcCode
    this.data = details.data
  }
}

/** What to do when no node answers. */
export function unreachable(address: string, cause: unknown): RpcClientError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new RpcClientError('RPC_UNREACHABLE', `no node answers at ${address}`, {
    actual: reason === '' ? 'no connection' : reason,
    cause,
    hint: 'start one with `poai node` or `poai testnet`, or name it: --rpc http://HOST:PORT or --rpc PATH/poai.ipc',
  })
}
