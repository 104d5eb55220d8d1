import { AppError } from '@poai/core'

/** Why the server cannot be reached. */
export type RpcServerErrorCode = 'RPC_PORT_TAKEN' | 'RPC_CANNOT_LISTEN' | 'RPC_SOCKET_TAKEN'

/** The server could not start where it was told to. */
export class RpcServerError extends AppError<RpcServerErrorCode> {}
