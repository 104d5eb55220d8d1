import { p256 } from './curves/p256.ts'
import { failed, type PrecompileAnswer, type PrecompileCall } from './precompile-answer.ts'

/** EIP-7951. */
const GAS = 6_900n
/** Hash, r, s, x, y. */
const INPUT_BYTES = 160
const WORD_BYTES = 32
const NO_BYTES: Uint8Array = new Uint8Array(0)

/**
 * The precompile 0x100 (EIP-7951): returns one, as a word, for a valid signature on secp256r1, and nothing for anything
 * else. That is not a failure.
 */
export async function p256Verify(call: PrecompileCall): Promise<PrecompileAnswer> {
  if (GAS > call.gasLimit) return failed(call, 'OUT_OF_GAS')
  const isRight = call.data.length === INPUT_BYTES && (await p256()).isSignature(call.data)
  return { executionGasUsed: GAS, returnValue: isRight ? wordOfOne() : NO_BYTES }
}

function wordOfOne(): Uint8Array {
  const word = new Uint8Array(WORD_BYTES)
  word[WORD_BYTES - 1] = 1
  return word
}
