import { ADDRESS_BYTES, bytesToHex, type Hex, INFERENCE_ADDRESSES, uintToBytes } from '@poai/core'

/** Where contracts ask models. Neither precompile has selectors: their input is the encoded arguments alone. */
export const GENERATE_ADDRESS: Hex = addressOf(INFERENCE_ADDRESSES.generate)

/** Where contracts ask what a model thinks of a claimed answer. */
export const REPLAY_ADDRESS: Hex = addressOf(INFERENCE_ADDRESSES.replay)

/** What `generate` reads, for an encoder of Solidity's ABI. */
export const GENERATE_INPUT = [
  { name: 'model', type: 'bytes32' },
  { name: 'prompt', type: 'bytes' },
  { name: 'maxTokens', type: 'uint32' },
  { name: 'temperature', type: 'uint32' },
  { name: 'seed', type: 'bytes32' },
] as const

/** What `generate` returns. */
export const GENERATE_OUTPUT = [
  { name: 'text', type: 'bytes' },
  { name: 'tokens', type: 'uint32' },
  { name: 'root', type: 'bytes32' },
] as const

/** What `replay` reads. */
export const REPLAY_INPUT = [
  { name: 'model', type: 'bytes32' },
  { name: 'prompt', type: 'bytes' },
  { name: 'temperature', type: 'uint32' },
  { name: 'seed', type: 'bytes32' },
  { name: 'output', type: 'uint32[]' },
  { name: 'root', type: 'bytes32' },
] as const

/** What `replay` returns. */
export const REPLAY_OUTPUT = [
  { name: 'rightRoot', type: 'bool' },
  { name: 'firstWrong', type: 'uint32' },
] as const

function addressOf(number: bigint): Hex {
  return bytesToHex(uintToBytes(number, ADDRESS_BYTES))
}
