import { bytesToUint, uintToBytes } from '@poai/core'
import { failed, type PrecompileAnswer, type PrecompileCall } from './precompile-answer.ts'
import type { Pause } from './step-pacer.ts'

const WORD_BYTES = 32
const HEAD_BYTES: number = 3 * WORD_BYTES
/** EIP-7823. */
const MAX_BYTES = 1024n
/** EIP-7883. */
const LEAST_GAS = 500n
const SMALL_BYTES = 32n
const SMALL_COMPLEXITY = 16n
const TAIL_MULTIPLIER = 16n
/** Bits of the exponent that are dealt with together, once there are enough of them. */
const WINDOW_BITS = 4
const LEAST_WINDOWED_BITS = 64
/** Windows between two questions whether to pause: at most a fraction of a millisecond. */
const WINDOWS = 4

/** Bytes of the input, with zeros after its end. */
function slice(data: Uint8Array, start: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  if (start < BigInt(data.length)) bytes.set(data.subarray(Number(start), Number(start) + length))
  return bytes
}

/** What the exponent's length and first word make the work: EIP-2565, with the multiplier of EIP-7883. */
function iterations(exponentBytes: bigint, head: bigint): bigint {
  const tail = exponentBytes > SMALL_BYTES ? (exponentBytes - SMALL_BYTES) * TAIL_MULTIPLIER : 0n
  const highestBit = head === 0n ? 0n : BigInt(head.toString(2).length - 1)
  const count = tail + highestBit
  return count > 0n ? count : 1n
}

function gasOf(longest: bigint, count: bigint): bigint {
  const words = (longest + 7n) / 8n
  const gas = count * (longest > SMALL_BYTES ? 2n * words * words : SMALL_COMPLEXITY)
  return gas > LEAST_GAS ? gas : LEAST_GAS
}

/**
 * The precompile 0x05 (EIP-198, 2565, 7823, 7883) that rests on its way. The same as EthereumJS's: `modexp.test.ts`.
 */
export async function modexp(call: PrecompileCall, pause: Pause): Promise<PrecompileAnswer> {
  const { data, gasLimit } = call
  const lengthAt = (index: number): bigint => bytesToUint(slice(data, BigInt(index * WORD_BYTES), WORD_BYTES))
  const [baseBytes, exponentBytes, modulusBytes] = [lengthAt(0), lengthAt(1), lengthAt(2)]
  const baseAt = BigInt(HEAD_BYTES)
  const exponentAt = baseAt + baseBytes
  const headBytes = exponentBytes < SMALL_BYTES ? Number(exponentBytes) : WORD_BYTES
  const head = bytesToUint(slice(data, exponentAt, headBytes))
  const gas = gasOf(baseBytes > modulusBytes ? baseBytes : modulusBytes, iterations(exponentBytes, head))
  if (gas > gasLimit) return failed(call, 'OUT_OF_GAS')
  if (baseBytes > MAX_BYTES || exponentBytes > MAX_BYTES || modulusBytes > MAX_BYTES) return failed(call, 'OUT_OF_GAS')
  const base = bytesToUint(slice(data, baseAt, Number(baseBytes)))
  const exponent = bytesToUint(slice(data, exponentAt, Number(exponentBytes)))
  const modulus = bytesToUint(slice(data, exponentAt + exponentBytes, Number(modulusBytes)))
  const power = modulus === 0n ? 0n : await powerOf(base % modulus, exponent.toString(2), { modulus, pause })
  return { executionGasUsed: gas, returnValue: uintToBytes(power, Number(modulusBytes)) }
}

async function powerOf(
  base: bigint,
  exponentBits: string,
  { modulus, pause }: { readonly modulus: bigint; readonly pause: Pause },
): Promise<bigint> {
  const width = exponentBits.length < LEAST_WINDOWED_BITS ? 1 : WINDOW_BITS
  const powers: bigint[] = [1n % modulus]
  for (let index = 1; index < 1 << width; index++) powers.push(((powers[index - 1] as bigint) * base) % modulus)
  const bits = exponentBits.padStart(exponentBits.length + ((width - (exponentBits.length % width)) % width), '0')
  let power = 1n % modulus
  for (let at = 0; at < bits.length; at += width) {
    for (let bit = 0; bit < width; bit++) power = (power * power) % modulus
    const digit = Number.parseInt(bits.slice(at, at + width), 2)
    if (digit > 0) power = (power * (powers[digit] as bigint)) % modulus
    if (at % (width * WINDOWS) !== 0) continue
    const rest = pause()
    if (rest !== undefined) await rest
  }
  return power
}
