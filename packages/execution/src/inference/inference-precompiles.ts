import type { CustomPrecompile, PrecompileInput } from '@ethereumjs/evm'
import {
  decodeInferenceCall,
  gasOfAnswer,
  gasToAsk,
  INFERENCE_ADDRESSES,
  INFERENCE_KINDS,
  type InferenceKind,
  type InferenceParams,
  invariant,
  returnDataOf,
} from '@poai/core'
import { failed, type PrecompileAnswer, precompileAt } from '../evm/precompile-answer.ts'
import { type AnswerSource, askSource } from './answer-source.ts'

/**
 * A call pays at least so much for each byte that its answer takes in the body, the input included: a consequence of
 * the least prices that a network may have.
 */
export const GAS_PER_ANSWER_BYTE = 16n

interface Precompile {
  readonly params: InferenceParams
  readonly kind: InferenceKind
  readonly source: () => AnswerSource | undefined
}

/** `generate` and `replay`, over the source that the machine's place has; none without models to call. */
export function inferencePrecompiles(
  params: InferenceParams | undefined,
  source: () => AnswerSource | undefined,
): CustomPrecompile[] {
  if (params === undefined) return []
  return INFERENCE_KINDS.map((kind) =>
    precompileAt(INFERENCE_ADDRESSES[kind], (input) => callModel({ params, kind, source }, input)),
  )
}

async function callModel({ params, kind, source }: Precompile, input: PrecompileInput): Promise<PrecompileAnswer> {
  const { data, gasLimit } = input
  // Before anything is read: what cannot be paid for must not cost more than this.
  if (gasLimit < BigInt(data.length) * GAS_PER_ANSWER_BYTE) return failed(input, 'OUT_OF_GAS')
  // The EVM hands over a view of the caller's memory, which the caller may write over; the answer keeps it.
  const call = decodeInferenceCall(params, kind, data.slice())
  if (call === undefined) return failed(input, 'OUT_OF_RANGE')
  if (gasLimit < gasToAsk(call)) return failed(input, 'OUT_OF_GAS')
  const answer = await askSource(source(), call)
  const returnValue = returnDataOf(call, answer)
  if (returnValue === undefined) return failed(input, 'OUT_OF_RANGE')
  const executionGasUsed = gasOfAnswer(call, answer.kind === 'generate' ? answer.tokens.length : 0)
  invariant(executionGasUsed <= gasLimit, 'an answer is no longer than what was asked for')
  return { returnValue, executionGasUsed }
}
