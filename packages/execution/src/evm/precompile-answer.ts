import { EVMError } from '@ethereumjs/evm'

/** What a precompile comes to, as the EVM wants it. */
export interface PrecompileAnswer {
  readonly returnValue: Uint8Array
  readonly executionGasUsed: bigint
  readonly exceptionError?: EVMError
}

/** What a precompile is asked. */
export interface PrecompileCall {
  readonly data: Uint8Array
  readonly gasLimit: bigint
}

const NO_BYTES: Uint8Array = new Uint8Array(0)

/** A failure, which takes all gas. */
export function failed({ gasLimit }: PrecompileCall, reason: keyof typeof EVMError.errorMessages): PrecompileAnswer {
  const exceptionError = new EVMError(EVMError.errorMessages[reason])
  return { returnValue: NO_BYTES, executionGasUsed: gasLimit, exceptionError }
}
