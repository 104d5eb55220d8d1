import { blake2Rounds } from './blake2-rounds.ts'
import { failed, type PrecompileAnswer, type PrecompileCall } from './precompile-answer.ts'
import type { Pause } from './step-pacer.ts'

/** EIP-152: rounds (4), h (64), m (128), t (16), f (1). */
const INPUT_BYTES = 213
const ROUNDS_AT = 0
const STATE_AT = 4
const MESSAGE_AT = 68
const OFFSET_AT = 196
const FINAL_AT = 212
const STATE_BYTES = 64

/** The precompile 0x09 (EIP-152): so many rounds of BLAKE2b's compression, a unit of gas each. Rests on its way. */
export async function blake2f(call: PrecompileCall, pause: Pause): Promise<PrecompileAnswer> {
  const { data, gasLimit } = call
  const final = data[FINAL_AT]
  if (data.length !== INPUT_BYTES || (final !== 0 && final !== 1)) return failed(call, 'OUT_OF_RANGE')
  const rounds = new DataView(data.buffer, data.byteOffset, data.length).getUint32(ROUNDS_AT)
  const gasUsed = BigInt(rounds)
  if (gasUsed > gasLimit) return failed(call, 'OUT_OF_GAS')
  const steps = blake2Rounds({
    rounds,
    state: data.subarray(STATE_AT, STATE_AT + STATE_BYTES),
    message: data.subarray(MESSAGE_AT, OFFSET_AT),
    offset: data.subarray(OFFSET_AT, FINAL_AT),
    isFinal: final === 1,
  })
  for (;;) {
    const step = steps.next()
    if (step.done) return { returnValue: step.value, executionGasUsed: gasUsed }
    const rest = pause()
    if (rest !== undefined) await rest
  }
}
