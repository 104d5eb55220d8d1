import { RpcError } from '@poai/api'
import { bytesToHex } from '@poai/core'
import type { CallOutcome } from '@poai/execution'

/** Selector of `Error(string)`, which `require` and `revert("…")` use. */
const ERROR_SELECTOR = '0x08c379a0'
const WORD_BYTES = 32
/** Longer reasons are cut: `data` has them in full. */
const MAX_REASON_BYTES = 1024

/** What a client is told of a call that the EVM reverted; `allowance` is the gas that an estimate could try. */
export function revertError(outcome: Pick<CallOutcome, 'failure' | 'returnData'>, allowance?: bigint): RpcError {
  const { failure, returnData } = outcome
  if (failure === 'revert') {
    const reason = reasonOfRevert(returnData)
    const text = reason === undefined ? 'execution reverted' : `execution reverted: ${reason}`
    return new RpcError('reverted', text, { data: bytesToHex(returnData) })
  }
  if (failure === 'insufficient balance') {
    return new RpcError('serverError', 'insufficient funds for gas * price + value')
  }
  if (allowance !== undefined && failure === 'out of gas') {
    return new RpcError('serverError', `gas required exceeds allowance (${allowance})`)
  }
  return new RpcError('serverError', failure ?? 'execution failed')
}

/** The text in `Error(string)`; undefined if something else was returned. */
export function reasonOfRevert(data: Uint8Array): string | undefined {
  if (bytesToHex(data.subarray(0, 4)) !== ERROR_SELECTOR) return undefined
  const body = data.subarray(4)
  const offset = smallWord(body, 0)
  if (offset === undefined) return undefined
  const length = smallWord(body, offset)
  if (length === undefined || offset + WORD_BYTES + length > body.length) return undefined
  const start = offset + WORD_BYTES
  return new TextDecoder().decode(body.subarray(start, start + Math.min(length, MAX_REASON_BYTES)))
}

/** The word at `offset`, if it is there and below 2^32. */
function smallWord(bytes: Uint8Array, offset: number): number | undefined {
  const word = bytes.subarray(offset, offset + WORD_BYTES)
  if (word.length < WORD_BYTES || word.subarray(0, WORD_BYTES - 4).some((byte) => byte !== 0)) return undefined
  return new DataView(word.buffer, word.byteOffset + WORD_BYTES - 4, 4).getUint32(0)
}
