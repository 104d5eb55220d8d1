import { type AddPrecompile, type CustomPrecompile, EVMError } from '@ethereumjs/evm'
import { Address } from '@ethereumjs/util'
import { ADDRESS_BYTES, toAddress, uintToBytes } from '@poai/core'

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

/** What calls of an address run. */
export function precompileAt(address: bigint, run: AddPrecompile['function']): CustomPrecompile {
  return { address: new Address(toAddress(uintToBytes(address, ADDRESS_BYTES))), function: run }
}

const NO_BYTES: Uint8Array = new Uint8Array(0)

/** A failure, which takes all gas. */
export function failed({ gasLimit }: PrecompileCall, reason: keyof typeof EVMError.errorMessages): PrecompileAnswer {
  const exceptionError = new EVMError(EVMError.errorMessages[reason])
  return { returnValue: NO_BYTES, executionGasUsed: gasLimit, exceptionError }
}
