import { EVMError } from '@ethereumjs/evm'

/** The result of a precompile, in the EVM's form. */
export interface PrecompileAnswer {
  readonly returnValue: Uint8Array
  readonly executionGasUsed: bigint
  readonly exceptionError?: EVMError
}

/** A call of a precompile. */
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
