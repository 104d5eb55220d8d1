import { EVMError, type PrecompileInput } from '@ethereumjs/evm'
import { ripemd160 as ripemd160Hash } from '@noble/hashes/legacy.js'
import { sha256 as sha256Hash } from '@noble/hashes/sha2.js'
import type { Pause } from './step-pacer.ts'

const WORD_BYTES = 32
/** Bytes at a time: a millisecond or two. */
export const HASHED_AT_A_TIME: number = 64 * 1024
const NO_BYTES: Uint8Array = new Uint8Array(0)

/** What a hash costs: so much, and so much for each word. */
interface Price {
  readonly base: bigint
  readonly perWord: bigint
}

interface Answer {
  readonly returnValue: Uint8Array
  readonly executionGasUsed: bigint
  readonly exceptionError?: EVMError
}

/** A hash that is given its input piece by piece. */
interface Hasher {
  update(bytes: Uint8Array): unknown
  digest(): Uint8Array
}

const SHA256_PRICE: Price = { base: 60n, perWord: 12n }
const RIPEMD160_PRICE: Price = { base: 600n, perWord: 120n }

/** The precompile 0x02. Rests on its way. */
export function sha256(input: Pick<PrecompileInput, 'data' | 'gasLimit'>, pause: Pause): Promise<Answer> {
  return hashed(input, pause, { price: SHA256_PRICE, create: () => sha256Hash.create() })
}

/** The precompile 0x03: the hash stands at the end of a word. Rests on its way. */
export function ripemd160(input: Pick<PrecompileInput, 'data' | 'gasLimit'>, pause: Pause): Promise<Answer> {
  return hashed(input, pause, { price: RIPEMD160_PRICE, create: () => ripemd160Hash.create() })
}

async function hashed(
  { data, gasLimit }: Pick<PrecompileInput, 'data' | 'gasLimit'>,
  pause: Pause,
  { price, create }: { readonly price: Price; create(): Hasher },
): Promise<Answer> {
  const words = (BigInt(data.length) + 31n) / 32n
  const gas = price.base + price.perWord * words
  if (gas > gasLimit) {
    const exceptionError = new EVMError(EVMError.errorMessages.OUT_OF_GAS)
    return { returnValue: NO_BYTES, executionGasUsed: gasLimit, exceptionError }
  }
  const hasher = create()
  for (let at = 0; at < data.length; at += HASHED_AT_A_TIME) {
    hasher.update(data.subarray(at, at + HASHED_AT_A_TIME))
    const rest = pause()
    if (rest !== undefined) await rest
  }
  const digest = hasher.digest()
  const returnValue = new Uint8Array(WORD_BYTES)
  returnValue.set(digest, WORD_BYTES - digest.length)
  return { returnValue, executionGasUsed: gas }
}
