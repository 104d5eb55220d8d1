import { ripemd160 as ripemd160Hash } from '@noble/hashes/legacy.js'
import { sha256 as sha256Hash } from '@noble/hashes/sha2.js'
import { failed, type PrecompileAnswer, type PrecompileCall } from './precompile-answer.ts'
import type { Pause } from './step-pacer.ts'

const WORD_BYTES = 32
/** Bytes at a time: a millisecond or two. */
export const HASHED_AT_A_TIME: number = 64 * 1024

/** What a hash costs: so much, and so much for each word. */
interface Price {
  readonly base: bigint
  readonly perWord: bigint
}

/** A hash that is given its input piece by piece. */
interface Hasher {
  update(bytes: Uint8Array): unknown
  digest(): Uint8Array
}

const SHA256_PRICE: Price = { base: 60n, perWord: 12n }
const RIPEMD160_PRICE: Price = { base: 600n, perWord: 120n }

/** The precompile 0x02. Rests on its way. */
export function sha256(call: PrecompileCall, pause: Pause): Promise<PrecompileAnswer> {
  return hashed(call, pause, { price: SHA256_PRICE, create: () => sha256Hash.create() })
}

/** The precompile 0x03: the hash stands at the end of a word. Rests on its way. */
export function ripemd160(call: PrecompileCall, pause: Pause): Promise<PrecompileAnswer> {
  return hashed(call, pause, { price: RIPEMD160_PRICE, create: () => ripemd160Hash.create() })
}

async function hashed(
  call: PrecompileCall,
  pause: Pause,
  { price, create }: { readonly price: Price; create(): Hasher },
): Promise<PrecompileAnswer> {
  const { data, gasLimit } = call
  const words = (BigInt(data.length) + 31n) / 32n
  const gas = price.base + price.perWord * words
  if (gas > gasLimit) return failed(call, 'OUT_OF_GAS')
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
