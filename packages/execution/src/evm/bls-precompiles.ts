import { BLS_GAS, G1_DISCOUNTS, G2_DISCOUNTS, multiSumGas } from './bls-gas.ts'
import { BLS_SCALAR_BYTES, type BlsCurve, blsCurve, G1_BYTES, G2_BYTES, NotOnCurve } from './curves/bls-curve.ts'
import { failed, type PrecompileAnswer, type PrecompileCall } from './precompile-answer.ts'
import type { Pause } from './step-pacer.ts'

/** Where the precompiles of EIP-2537 are. */
export type BlsAddress = 0x0b | 0x0c | 0x0d | 0x0e | 0x0f | 0x10 | 0x11

export const BLS_ADDRESSES: readonly BlsAddress[] = [0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11]

/** Computed in steps of some milliseconds. */
type Steps = Generator<void, Uint8Array>

/** One of the precompiles of EIP-2537. */
interface BlsPrecompile {
  /** What the input consists of: exactly one, or one and more. */
  readonly partBytes: number
  readonly isList: boolean
  gas(parts: number): bigint
  compute(curve: BlsCurve, input: Uint8Array): Steps
}

const G1_TERM_BYTES: number = G1_BYTES + BLS_SCALAR_BYTES
const G2_TERM_BYTES: number = G2_BYTES + BLS_SCALAR_BYTES
const NUMBER_BYTES = 64
const WORD_BYTES = 32

// biome-ignore lint/correctness/useYield: what is quick has one step
function* atOnce(answer: Uint8Array): Steps {
  return answer
}

function* asWord(answer: Generator<void, boolean>): Steps {
  const word = new Uint8Array(WORD_BYTES)
  if (yield* answer) word[WORD_BYTES - 1] = 1
  return word
}

const PRECOMPILES: Readonly<Record<BlsAddress, BlsPrecompile>> = {
  11: {
    ...{ partBytes: 2 * G1_BYTES, isList: false },
    gas: () => BLS_GAS.g1Add,
    compute: (curve, input) => atOnce(curve.add(curve.g1, input)),
  },
  12: {
    ...{ partBytes: G1_TERM_BYTES, isList: true },
    gas: (terms) => multiSumGas(terms, BLS_GAS.g1Multiply, G1_DISCOUNTS),
    compute: (curve, input) => curve.multiSum(curve.g1, input),
  },
  13: {
    ...{ partBytes: 2 * G2_BYTES, isList: false },
    gas: () => BLS_GAS.g2Add,
    compute: (curve, input) => atOnce(curve.add(curve.g2, input)),
  },
  14: {
    ...{ partBytes: G2_TERM_BYTES, isList: true },
    gas: (terms) => multiSumGas(terms, BLS_GAS.g2Multiply, G2_DISCOUNTS),
    compute: (curve, input) => curve.multiSum(curve.g2, input),
  },
  15: {
    ...{ partBytes: G1_BYTES + G2_BYTES, isList: true },
    gas: (pairs) => BLS_GAS.pairing + BLS_GAS.pair * BigInt(pairs),
    compute: (curve, input) => asWord(curve.isPairingOne(input)),
  },
  16: {
    ...{ partBytes: NUMBER_BYTES, isList: false },
    gas: () => BLS_GAS.mapToG1,
    compute: (curve, input) => atOnce(curve.mapToG1(input)),
  },
  17: {
    ...{ partBytes: 2 * NUMBER_BYTES, isList: false },
    gas: () => BLS_GAS.mapToG2,
    compute: (curve, input) => atOnce(curve.mapToG2(input)),
  },
}

/** A precompile of EIP-2537. Rests on its way. */
export async function blsPrecompile(
  address: BlsAddress,
  call: PrecompileCall,
  pause: Pause,
): Promise<PrecompileAnswer> {
  const { partBytes, isList, gas, compute } = PRECOMPILES[address]
  const { data, gasLimit } = call
  const parts = data.length / partBytes
  const isWhole = isList ? data.length > 0 && data.length % partBytes === 0 : parts === 1
  if (!isWhole) return failed(call, 'BLS_12_381_INVALID_INPUT_LENGTH')
  const executionGasUsed = gas(parts)
  if (executionGasUsed > gasLimit) return failed(call, 'OUT_OF_GAS')
  const curve = await blsCurve()
  try {
    return { executionGasUsed, returnValue: await finish(compute(curve, data), pause) }
  } catch (error) {
    if (error instanceof NotOnCurve) return failed(call, 'BLS_12_381_POINT_NOT_ON_CURVE')
    throw error
  }
}

async function finish(steps: Steps, pause: Pause): Promise<Uint8Array> {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    const rest = pause()
    if (rest !== undefined) await rest
  }
}
